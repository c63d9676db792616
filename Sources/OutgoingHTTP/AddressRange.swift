/// The kind of special-purpose range (IANA registries, RFC 6890) that makes an address unfit for outgoing requests.
package enum AddressRange: String, Sendable, Hashable, CaseIterable {
    case unspecified
    case loopback
    case `private`
    case sharedCarrier = "carrier-grade NAT"
    case linkLocal = "link-local"
    case uniqueLocal = "unique local"
    case multicast
    case documentation
    case benchmarking
    case transition = "IPv6 transition"
    case reserved
    /// Serves credentials of the machine to whoever asks from inside; refused whatever the operator allows.
    case metadata

    /// The range that contains `address`, or nil for an ordinary public address.
    static func containing(_ address: IPAddress) -> AddressRange? {
        guard address.isIPv6 else { return containing(UInt32(truncatingIfNeeded: address.low)) }
        return containing(high: address.high, low: address.low)
    }

    private static func containing(_ ipv4: UInt32) -> AddressRange? {
        for (base, prefix, range) in ipv4Ranges where ipv4 & (UInt32.max << (32 - prefix)) == base { return range }
        return nil
    }

    private static let ipv4Ranges: [(UInt32, UInt32, AddressRange)] = [
        (0x0000_0000, 8, .unspecified),  // 0.0.0.0/8, which reaches this host on Linux
        (0x0a00_0000, 8, .private),
        (0x6440_0000, 10, .sharedCarrier),  // 100.64.0.0/10
        (0x7f00_0000, 8, .loopback),
        (0xa9fe_0000, 16, .linkLocal),  // 169.254.0.0/16
        (0xac10_0000, 12, .private),  // 172.16.0.0/12
        (0xc000_0000, 24, .reserved),  // 192.0.0.0/24
        (0xc000_0200, 24, .documentation),  // 192.0.2.0/24
        (0xc058_6300, 24, .transition),  // 192.88.99.0/24, 6to4 relays
        (0xc0a8_0000, 16, .private),  // 192.168.0.0/16
        (0xc612_0000, 15, .benchmarking),  // 198.18.0.0/15
        (0xc633_6400, 24, .documentation),  // 198.51.100.0/24
        (0xcb00_7100, 24, .documentation),  // 203.0.113.0/24
        (0xe000_0000, 4, .multicast),
        (0xf000_0000, 4, .reserved),  // 240.0.0.0/4 with the broadcast address
    ]

    private static func containing(high: UInt64, low: UInt64) -> AddressRange? {
        if high == 0, low <= 1 { return low == 0 ? .unspecified : .loopback }
        if high == 0, low >> 32 == 0 { return .transition }  // ::/96, IPv4-compatible, deprecated
        if high >> 56 == 0xff { return .multicast }
        if high >> 54 == 0xfe80 >> 6 { return .linkLocal }
        if high >> 54 == 0xfec0 >> 6 { return .private }  // site-local, deprecated
        if high >> 57 == 0xfc >> 1 { return .uniqueLocal }
        if high >> 16 == 0x0064_ff9b_0001 { return .transition }  // local-use NAT64 (RFC 8215): unknown embedding
        if high >> 61 != 0b001 { return .reserved }  // only 2000::/3 is global unicast
        if high >> 48 == 0x2002 || high >> 32 == 0x2001_0000 { return .transition }  // 6to4, Teredo
        if high >> 16 == 0x2001_0002_0000 { return .benchmarking }
        if high >> 32 == 0x2001_0db8 || high >> 44 == 0x3fff0 { return .documentation }
        if high >> 41 == 0x2001_0000 >> 9 { return .reserved }  // 2001::/23, IETF protocol assignments
        return nil
    }

    /// Well-known metadata and credential services of clouds, by their documented addresses.
    static let metadataAddresses: Set<IPAddress> = Set(
        [
            "169.254.169.254",  // AWS, Azure, Google, OpenStack, Oracle, DigitalOcean …
            "169.254.170.2", "169.254.170.23",  // AWS task and pod credentials
            "169.254.0.23", "169.254.42.42",  // Tencent, Scaleway
            "168.63.129.16",  // Azure's wire server: a public address, so nothing else would refuse it
            "100.100.100.200",  // Alibaba
            "192.0.0.192",  // Oracle classic
            "fd00:ec2::254", "fd00:ec2::23",  // AWS over IPv6
            "fd20:ce::254", "fd00:42::42",  // Google and Scaleway over IPv6
            "fe80::a9fe:a9fe",  // OpenStack over IPv6
        ].compactMap { IPAddress($0) }
    )
}
