package import OutgoingHTTP

/// Whose word counts about where a request came from.
package enum TrustedProxies {
    /// The address of whoever asked the outermost proxy that we trust: the rightmost address in `X-Forwarded-For` that is
    /// not such a proxy itself. Everything to the left of it, and everything that an untrusted peer sends, is hearsay.
    ///
    /// - Parameter forwarded: all values of `X-Forwarded-For`, in order.
    package static func client(peer: IPAddress?, forwarded: [String], trusted: [CIDR]) -> IPAddress? {
        guard let peer = peer.map(unmapped), isTrusted(peer, trusted) else { return peer.map(unmapped) }
        var client = peer
        let hops = forwarded.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        for hop in hops.suffix(32).reversed() {
            // What does not parse was not written by a proxy of ours, so that nothing before it counts either.
            guard let address = address(hop.trimmingBlanks) else { return client }
            client = unmapped(address)
            guard isTrusted(client, trusted) else { return client }
        }
        return client
    }

    /// Whether the browser's own connection was not TLS although the issuer is https. Only a trusted proxy can tell.
    package static func isPlain(peer: IPAddress?, proto: [String], trusted: [CIDR], issuerIsSecure: Bool) -> Bool {
        guard issuerIsSecure, let peer = peer.map(unmapped), isTrusted(peer, trusted) else { return false }
        guard let last = proto.last?.split(separator: ",").last else { return false }
        return last.trimmingBlanks.lowercased() != "https"
    }

    private static func isTrusted(_ address: IPAddress, _ trusted: [CIDR]) -> Bool {
        trusted.contains { $0.contains(address) }
    }

    /// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
    private static func address(_ text: Substring) -> IPAddress? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            return IPAddress(String(text[text.index(after: text.startIndex)..<end]))
        }
        if let whole = IPAddress(String(text)) { return whole }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? IPAddress(String(parts[0])) : nil
    }

    /// A socket that listens on `::` sees IPv4 peers as `::ffff:192.0.2.1`.
    private static func unmapped(_ address: IPAddress) -> IPAddress {
        guard address.isIPv6 else { return address }
        let text = address.description
        guard text.hasPrefix("::ffff:"), text.contains(".") else { return address }
        return IPAddress(String(text.dropFirst(7))) ?? address
    }
}
