/// Which hosts, ports and addresses the provider may contact, checked at registration and again when connecting.
package struct AddressPolicy: Sendable {
    private let allow: [CIDR]
    private let development: Bool

    /// - Parameters:
    ///   - allow: ranges that the operator opened (`outgoing.allow`); metadata services stay closed.
    ///   - development: allows loopback, and maps `localhost` and `*.localhost` to it without asking a resolver.
    package init(allow: [CIDR] = [], development: Bool = false) {
        self.allow = allow
        self.development = development
    }

    /// Why `address` must not be connected to, or nil if it may be.
    ///
    /// IPv4-mapped and NAT64 (64:ff9b::/96) addresses are judged by the IPv4 address that they reach.
    package func refusal(for address: IPAddress) -> OutgoingRefusal? {
        let judged = address.reachedIPv4 ?? address
        let metadata = AddressRange.metadataAddresses
        if metadata.contains(address) || address.embeddedIPv4.contains(where: metadata.contains) {
            return .address(address, .metadata)
        }
        if allow.contains(where: { $0.contains(judged) }) { return nil }
        guard let range = AddressRange.containing(judged) else { return nil }
        return development && range == .loopback ? nil : .address(address, range)
    }

    /// Why `url` must not be registered by or for a client, or nil if it may be.
    ///
    /// Names are not resolved here: what they resolve to is checked at each connection.
    /// - Parameter plainHTTP: the operator's permission for this client to use http. In development, http on loopback
    ///   needs none.
    package func registrationRefusal(for url: OutgoingURL, plainHTTP: Bool = false) -> OutgoingRefusal? {
        if let refusal = targetRefusal(for: url) { return refusal }
        let isLocal = Self.isLocalName(url.host) || url.literal.map { AddressRange.containing($0) == .loopback } == true
        return url.isSecure || plainHTTP || (development && isLocal) ? nil : .plainHTTP
    }

    /// The part of the registration check that every request repeats: host, port and literal address.
    package func targetRefusal(for url: OutgoingURL) -> OutgoingRefusal? {
        guard PortRules.allows(url.port) else { return .port(url.port) }
        if let literal = url.literal { return refusal(for: literal) }
        if Self.isLocalName(url.host) { return loopbackAddresses.isEmpty ? .localName : nil }
        // Only the resolver's search list or a hosts file gives such a name a meaning, and it is never a public one.
        let isSingleLabel = !url.host.utf8.contains(UInt8(ascii: "."))
        return isSingleLabel && allow.isEmpty && !development ? .singleLabel : nil
    }

    /// The addresses of a host that need no resolver: literals and, where loopback is allowed, the localhost names,
    /// which the system's resolver does not know (RFC 6761 §6.3).
    func knownAddresses(of url: OutgoingURL) -> [IPAddress]? {
        if let literal = url.literal { return [literal] }
        return Self.isLocalName(url.host) ? loopbackAddresses : nil
    }

    private var loopbackAddresses: [IPAddress] {
        [IPAddress(ipv4: 0x7f00_0001), IPAddress(high: 0, low: 1)].filter { refusal(for: $0) == nil }
    }

    private static func isLocalName(_ host: String) -> Bool {
        host == "localhost" || host.hasSuffix(".localhost")
    }
}
