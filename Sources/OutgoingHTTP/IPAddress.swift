import Glibc
package import NIOCore

/// An IPv4 or IPv6 address as a value: comparable by bits, without port, scope or text form.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// Whether the address is an IPv6 address.
    package let isIPv6: Bool
    /// The upper 64 bits of an IPv6 address, zero for IPv4.
    let high: UInt64
    /// The lower 64 bits of an IPv6 address, or the 32 bits of an IPv4 address.
    let low: UInt64

    init(ipv4 bits: UInt32) {
        isIPv6 = false
        high = 0
        low = UInt64(bits)
    }

    init(high: UInt64, low: UInt64) {
        isIPv6 = true
        self.high = high
        self.low = low
    }

    /// Parses dotted-quad IPv4 (four decimal numbers without leading zeros) or RFC 4291 IPv6 without brackets and zone.
    package init?(_ text: String) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            var words: (UInt64, UInt64) = (0, 0)
            guard text.utf8.count <= 45, inet_pton(AF_INET6, text, &words) == 1 else { return nil }
            self.init(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
        } else {
            var word: UInt32 = 0
            guard text.utf8.count <= 15, inet_pton(AF_INET, text, &word) == 1 else { return nil }
            self.init(ipv4: UInt32(bigEndian: word))
        }
    }

    /// The address part of a socket address; nil for a Unix socket.
    package init?(_ address: SocketAddress) {
        let parsed = address.withSockAddr { pointer, size in
            IPAddress(rawSocketAddress: UnsafeRawBufferPointer(start: pointer, count: size), family: address.protocol)
        }
        guard let parsed else { return nil }
        self = parsed
    }

    /// Reads the system's `sockaddr_in` (address at byte 4) or `sockaddr_in6` (address at byte 8).
    init?(rawSocketAddress bytes: UnsafeRawBufferPointer, family: NIOBSDSocket.ProtocolFamily) {
        switch family {
        case .inet where bytes.count >= 8:
            self.init(ipv4: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        case .inet6 where bytes.count >= 24:
            self.init(
                high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
            )
        default: return nil
        }
    }

    /// The socket address to connect to at `port`.
    package func socketAddress(port: Int) -> SocketAddress {
        var packed = ByteBuffer()
        if isIPv6 {
            packed.writeInteger(high)
            packed.writeInteger(low)
        } else {
            packed.writeInteger(UInt32(truncatingIfNeeded: low))
        }
        // Only a buffer of another length than 4 or 16 bytes can fail.
        guard let address = try? SocketAddress(packedIPAddress: packed, port: port) else {
            preconditionFailure("an address has 4 or 16 bytes")
        }
        return address
    }

    package var description: String {
        guard isIPv6 else {
            return "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
        }
        var words = (high.bigEndian, low.bigEndian)
        var text = [CChar](repeating: 0, count: 46)
        guard inet_ntop(AF_INET6, &words, &text, socklen_t(text.count)) != nil else { return "?" }
        return text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }
}

extension IPAddress {
    /// The IPv4 address that is really reached through this IPv6 address: IPv4-mapped (RFC 4291 §2.5.5.2) or NAT64's
    /// well-known prefix (RFC 6052 §2.1), on which DNS64 networks depend.
    var reachedIPv4: IPAddress? {
        guard isIPv6 else { return nil }
        let lowest = UInt32(truncatingIfNeeded: low)
        if high == 0, low >> 32 == 0xffff { return IPAddress(ipv4: lowest) }
        if high == 0x0064_ff9b_0000_0000, low >> 32 == 0 { return IPAddress(ipv4: lowest) }
        return nil
    }

    /// Every IPv4 address that any transition mechanism could read out of this address. Only used to refuse.
    var embeddedIPv4: [IPAddress] {
        guard isIPv6 else { return [] }
        var found = [IPAddress(ipv4: UInt32(truncatingIfNeeded: low))]
        // 6to4 (RFC 3056): the 32 bits after 2002. Teredo (RFC 4380 §4): the lowest 32 bits, inverted.
        if high >> 48 == 0x2002 { found.append(IPAddress(ipv4: UInt32(truncatingIfNeeded: high >> 16))) }
        if high >> 32 == 0x2001_0000 { found.append(IPAddress(ipv4: ~UInt32(truncatingIfNeeded: low))) }
        return found
    }
}
