/// The one comparison of a requested redirect URI with the registered ones (RFC 9700 §2.1, Core §3.1.2.1).
package enum RedirectURIRule {
    /// Byte for byte. Swift's own `==` would take U+212A for a K.
    package static func equal(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

    /// Exact; only the port of a native application's loopback address is free (RFC 8252 §7.3), because the
    /// operating system chooses it. `localhost` is not such an address (§8.3).
    package static func matches(registered: [String], requested: String, applicationType: ApplicationType) -> Bool {
        if registered.contains(where: { equal($0, requested) }) { return true }
        guard applicationType == .native, let wanted = withoutLoopbackPort(requested) else { return false }
        return registered.contains { withoutLoopbackPort($0).map { equal($0, wanted) } ?? false }
    }

    /// The address without its port if it is http on a loopback literal; otherwise nil.
    private static func withoutLoopbackPort(_ uri: String) -> String? {
        for base in ["http://127.0.0.1", "http://[::1]"] where uri.utf8.starts(with: base.utf8) {
            var rest = uri.utf8.dropFirst(base.utf8.count)
            if rest.first == UInt8(ascii: ":") {
                let digits = rest.dropFirst().prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
                guard WebAddress.port(String(decoding: digits, as: UTF8.self)) != nil else { return nil }
                rest = rest.dropFirst(1 + digits.count)
            }
            guard rest.isEmpty || rest.first == UInt8(ascii: "/") || rest.first == UInt8(ascii: "?") else { return nil }
            return base + String(decoding: rest, as: UTF8.self)
        }
        return nil
    }
}
