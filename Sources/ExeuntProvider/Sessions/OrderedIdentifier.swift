package import OpenIDTypes

/// Keys that grow with time, so that new rows lie side by side in an index of millions: 48 bits of milliseconds and
/// 80 random bits, in hexadecimal. They are names, not secrets.
package enum OrderedIdentifier {
    package static func make(at now: Timestamp) -> String {
        var generator = SystemRandomNumberGenerator()
        let high = UInt64(truncatingIfNeeded: now.milliseconds) << 16 | generator.next() & 0xffff
        let low: UInt64 = generator.next()
        return String(unsafeUninitializedCapacity: 32) { buffer in
            write(high, to: buffer, from: 0)
            write(low, to: buffer, from: 16)
            return 32
        }
    }

    private static func write(_ value: UInt64, to buffer: UnsafeMutableBufferPointer<UInt8>, from start: Int) {
        for digit in 0..<16 {
            let nibble = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * digit)) & 0xf
            buffer[start + digit] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble
        }
    }
}
