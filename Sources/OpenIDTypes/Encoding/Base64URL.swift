/// base64url without padding (RFC 7515 §2), strict in both directions.
package enum Base64URL {
    private static let alphabet = [UInt8]("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// 255 marks a byte outside the alphabet.
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }()

    /// The text of the bytes, without padding.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let encoded = encodedBytes(bytes)
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The same as ASCII bytes, for those who write into a buffer.
    package static func encodedBytes(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        if let fast = bytes.withContiguousStorageIfAvailable({ encodeBuffer($0) }) { return fast }
        return Array(bytes).withUnsafeBufferPointer { encodeBuffer($0) }
    }

    private static func encodeBuffer(_ input: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let length = (input.count * 4 + 2) / 3
        return alphabet.withUnsafeBufferPointer { letters in
            [UInt8](unsafeUninitializedCapacity: length) { output, initialized in
                var read = 0
                var write = 0
                while read + 3 <= input.count {
                    let group = UInt32(input[read]) << 16 | UInt32(input[read + 1]) << 8 | UInt32(input[read + 2])
                    output[write] = letters[Int(group >> 18)]
                    output[write + 1] = letters[Int(group >> 12 & 63)]
                    output[write + 2] = letters[Int(group >> 6 & 63)]
                    output[write + 3] = letters[Int(group & 63)]
                    read += 3
                    write += 4
                }
                if input.count - read == 1 {
                    let group = UInt32(input[read]) << 16
                    output[write] = letters[Int(group >> 18)]
                    output[write + 1] = letters[Int(group >> 12 & 63)]
                } else if input.count - read == 2 {
                    let group = UInt32(input[read]) << 16 | UInt32(input[read + 1]) << 8
                    output[write] = letters[Int(group >> 18)]
                    output[write + 1] = letters[Int(group >> 12 & 63)]
                    output[write + 2] = letters[Int(group >> 6 & 63)]
                }
                initialized = length
            }
        }
    }

    /// The bytes of the text, or nil unless it is the one canonical spelling: no padding, no whitespace, and no
    /// stray bits in the last character (two spellings of one token would defeat a lookup by hash).
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(bytes: text.utf8)
    }

    /// The same from ASCII bytes.
    package static func decode(bytes: some Sequence<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.underestimatedCount * 3 / 4 + 3)
        var pending: UInt32 = 0
        var bits = 0
        var count = 0
        for byte in bytes {
            let value = values[Int(byte)]
            guard value != 255 else { return nil }
            pending = (pending << 6 | UInt32(value)) & 0xFFFF
            bits += 6
            count += 1
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
                pending &= (1 << UInt32(bits)) - 1
            }
        }
        guard count % 4 != 1, pending == 0 else { return nil }
        return output
    }
}
