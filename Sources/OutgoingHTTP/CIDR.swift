package import NIOCore

/// A range of addresses in prefix notation, `10.0.0.0/8` or `fd00::/8`; a bare address is a range of one.
package struct CIDR: Sendable, Hashable, CustomStringConvertible {
    /// The text is not a range; the description says why, for a configuration error.
    package struct SyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }

    private let base: IPAddress
    private let prefix: Int

    /// Parses a range. Bits set beyond the prefix are an error: `10.0.0.1/8` is a typing error more often than a wish.
    package init(_ text: String) throws(SyntaxError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else {
            throw SyntaxError(description: "\"\(text)\" is not an address range such as 10.0.0.0/8 or fd00::/8")
        }
        let width = address.isIPv6 ? 128 : 32
        var bits = width
        if parts.count == 2 {
            let digits = parts[1].utf8
            let isNumber = (1...3).contains(digits.count) && digits.allSatisfy { (0x30...0x39).contains($0) }
            guard isNumber, let number = Int(parts[1]), number <= width else {
                throw SyntaxError(description: "\"\(text)\" needs a prefix length from 0 to \(width) after the slash")
            }
            bits = number
        }
        self.init(address, bits)
        guard base == address else {
            throw SyntaxError(description: "\"\(text)\" has bits set beyond its prefix; did you mean \(base)/\(bits)?")
        }
    }

    init(_ address: IPAddress, _ prefix: Int) {
        base = Self.masked(address, to: prefix)
        self.prefix = prefix
    }

    /// Whether the range contains `address`; a range of one family never contains an address of the other.
    package func contains(_ address: IPAddress) -> Bool {
        address.isIPv6 == base.isIPv6 && Self.masked(address, to: prefix) == base
    }

    /// Whether the range contains the address of `socketAddress`; never true for a Unix socket.
    package func contains(_ socketAddress: SocketAddress) -> Bool {
        IPAddress(socketAddress).map { contains($0) } ?? false
    }

    package var description: String { "\(base)/\(prefix)" }

    private static func masked(_ address: IPAddress, to prefix: Int) -> IPAddress {
        guard address.isIPv6 else {
            // Swift's smart shift yields zero for a shift by the full width.
            return IPAddress(ipv4: UInt32(truncatingIfNeeded: address.low) & (UInt32.max << (32 - prefix)))
        }
        return IPAddress(
            high: address.high & (UInt64.max << Swift.max(0, 64 - prefix)),
            low: address.low & (UInt64.max << Swift.min(64, 128 - prefix))
        )
    }
}
