/// A page's Content Security Policy, made for exactly this page.
package struct ContentPolicy: Sendable {
    /// The header's value.
    package let header: String
    /// `frame-src` as a `<meta>` policy, where the list is too long for a header: proxies commonly refuse an answer
    /// with more than 8 KiB of headers. Both policies apply, so that the frames are limited all the same.
    package let meta: String?

    /// Sources longer than this together go into `meta`.
    static let longestHeaderList = 3000

    init(page: any Page) {
        self.init(formTargets: page.formTargets, frameSources: page.frameSources)
    }

    package init(formTargets: [String], frameSources: [String]) {
        let forms = Self.sources(of: formTargets)
        let frames = Self.sources(of: frameSources)
        var directives = [
            "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self' https: data:",
            "form-action \((["'self'"] + forms).joined(separator: " "))",
            "frame-ancestors 'none'", "base-uri 'none'",
        ]
        let list = frames.joined(separator: " ")
        if list.utf8.count > Self.longestHeaderList {
            directives.append("frame-src https: http:")
            meta = "frame-src \(list)"
        } else {
            if !frames.isEmpty { directives.append("frame-src \(list)") }
            meta = nil
        }
        header = directives.joined(separator: "; ")
    }

    /// For answers that are not pages.
    package static let nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

    /// The sources of some addresses, each once, in order.
    static func sources(of addresses: [String]) -> [String] {
        var seen: Set<String> = []
        return addresses.compactMap(source(of:)).filter { seen.insert($0).inserted }
    }

    /// What a policy calls the origin of an address: `https://rp.example:8443`, or for an application's own scheme
    /// `com.example.app:` (RFC 8252 §7.1). Nil for an address that could change the policy's meaning.
    package static func source(of address: String) -> String? {
        guard let colon = address.firstIndex(of: ":") else { return nil }
        let scheme = address[..<colon].lowercased()
        guard isScheme(scheme), !forbidden.contains(scheme) else { return nil }
        guard scheme == "https" || scheme == "http" else { return scheme + ":" }
        let rest = address[address.index(after: colon)...]
        guard rest.hasPrefix("//") else { return nil }
        let authority = rest.dropFirst(2).prefix { !"/?#\\".contains($0) }
        // CSP3 §2.3.1 has no form for an IPv6 literal; the scheme is the narrowest source that matches.
        if authority.hasPrefix("[") { return isLiteral(authority) ? scheme + ":" : nil }
        return isAuthority(authority) ? "\(scheme)://\(authority.lowercased())" : nil
    }

    private static let forbidden: Set<String> = [
        "javascript", "data", "blob", "filesystem", "about", "file", "vbscript",
    ]

    private static func isScheme(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
    }

    /// A host name, and perhaps a port. Anything else (user information, blanks, `;`, `,`, quotes) is not a source.
    private static func isAuthority(_ text: Substring) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty else { return false }
        if parts.count == 2, parts[1].isEmpty || !parts[1].utf8.allSatisfy(isDigit) { return false }
        return parts[0].utf8.allSatisfy { isLetter($0 | 0x20) || isDigit($0) || "-._".utf8.contains($0) }
    }

    private static func isLiteral(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { isDigit($0) || (0x61...0x66).contains($0 | 0x20) || "[]:.".utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
