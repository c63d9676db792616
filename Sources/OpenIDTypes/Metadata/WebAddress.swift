/// An absolute address of any scheme, taken apart strictly: what passes here has one reading for every parser.
package struct WebAddress: Sendable, Hashable {
    /// In lower case.
    package let scheme: String
    /// In lower case, IPv6 with its brackets; nil for schemes without an authority (`com.example.app:/callback`).
    package let host: String?
    /// Explicit or the scheme's own; nil for custom schemes without one.
    package let port: Int?
    /// Path and query.
    package let rest: String

    /// Scheme, host and port in one spelling: equal exactly when the three are equal.
    package var origin: String {
        "\(scheme)://\(host ?? "")\(port.map { ":\($0)" } ?? "")"
    }

    /// `http` or `https`.
    package var isWeb: Bool { scheme == "https" || scheme == "http" }

    /// An address that means this very machine. The names are those of RFC 6761 §6.3, the literals those of
    /// RFC 8252 §7.3.
    package var isLoopback: Bool {
        guard let host else { return false }
        return host == "127.0.0.1" || host == "[::1]" || host == "localhost" || host.hasSuffix(".localhost")
    }

    /// Takes the text apart, or says why it is not acceptable anywhere.
    package static func parse(_ text: String) throws(RegistrationProblemError) -> WebAddress {
        let bytes = Array(text.utf8)
        guard bytes.count <= 2048 else { throw RegistrationProblemError(.tooLong) }
        try checkCharacters(bytes)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), let scheme = scheme(bytes[..<colon]) else {
            throw RegistrationProblemError(.malformedURI)
        }
        guard !dangerousSchemes.contains(scheme) else { throw RegistrationProblemError(.dangerousScheme) }
        guard !bytes.contains(UInt8(ascii: "#")) else { throw RegistrationProblemError(.fragment) }
        let after = bytes[(colon + 1)...]
        guard after.starts(with: [UInt8(ascii: "/"), UInt8(ascii: "/")]) else {
            guard scheme != "http", scheme != "https", !after.isEmpty else {
                throw RegistrationProblemError(.malformedURI)
            }
            let rest = String(decoding: after, as: UTF8.self)
            try checkPath(rest)
            return WebAddress(scheme: scheme, host: nil, port: nil, rest: rest)
        }
        let authorityStart = after.startIndex + 2
        let ends: [UInt8] = [UInt8(ascii: "/"), UInt8(ascii: "?")]
        let authorityEnd = after[authorityStart...].firstIndex { ends.contains($0) } ?? after.endIndex
        let rest = String(decoding: after[authorityEnd...], as: UTF8.self)
        try checkPath(rest)
        return try withAuthority(scheme: scheme, authority: after[authorityStart..<authorityEnd], rest: rest)
    }

    /// Script, local files and pages of the browser itself: RFC 9700 §4.1.3, attacks on whoever follows the redirect.
    static let dangerousSchemes: Set<String> = [
        "javascript", "data", "file", "blob", "about", "vbscript", "filesystem", "view-source", "chrome",
        "chrome-extension", "moz-extension", "resource", "jar", "ws", "wss", "ftp", "mailto", "tel", "sms", "intent",
        "urn", "android-app", "ms-appx", "ms-appx-web", "feed", "wyciwyg",
    ]

    private static func checkCharacters(_ bytes: [UInt8]) throws(RegistrationProblemError) {
        let never = Set("\\\"<>^`{|}".utf8)
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "*") { throw RegistrationProblemError(.wildcard) }
            guard byte > 0x20, byte < 0x7F, !never.contains(byte) else {
                throw RegistrationProblemError(.forbiddenCharacter)
            }
            guard byte == UInt8(ascii: "%") else { continue }
            guard index + 2 < bytes.count, let high = FormEncoding.hexValue(bytes[index + 1]),
                let low = FormEncoding.hexValue(bytes[index + 2])
            else { throw RegistrationProblemError(.malformedURI) }
            // An encoded control character becomes a real one in somebody's header or log.
            guard high << 4 | low >= 0x20, high << 4 | low != 0x7F else {
                throw RegistrationProblemError(.forbiddenCharacter)
            }
        }
    }

    /// RFC 3986 §3.1.
    private static func scheme(_ bytes: ArraySlice<UInt8>) -> String? {
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        guard let first = text.utf8.first, first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z") else { return nil }
        let isLegal = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"),
                UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isLegal ? text : nil
    }

    /// Dot segments, also encoded ones and those with `;` parameters, are read differently by every server.
    private static func checkPath(_ rest: String) throws(RegistrationProblemError) {
        let path = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        for segment in path.split(separator: "/") {
            let decoded = (FormEncoding.percentDecode(segment) ?? "").split(separator: ";").first ?? ""
            if decoded == "." || decoded == ".." { throw RegistrationProblemError(.malformedURI) }
        }
    }

    private static func withAuthority(
        scheme: String, authority: ArraySlice<UInt8>, rest: String
    ) throws(RegistrationProblemError) -> WebAddress {
        guard !authority.contains(UInt8(ascii: "@")) else { throw RegistrationProblemError(.userinfo) }
        let text = String(decoding: authority, as: UTF8.self).lowercased()
        let isWeb = scheme == "http" || scheme == "https"
        if text.isEmpty {
            guard !isWeb, !rest.isEmpty else { throw RegistrationProblemError(.malformedURI) }
            return WebAddress(scheme: scheme, host: "", port: nil, rest: rest)
        }
        var host = text
        var port: Int? = scheme == "https" ? 443 : scheme == "http" ? 80 : nil
        let hostEnd = text.hasPrefix("[") ? text.firstIndex(of: "]") : text.startIndex
        guard let hostEnd else { throw RegistrationProblemError(.malformedURI) }
        if let colon = text[hostEnd...].firstIndex(of: ":") {
            host = String(text[..<colon])
            let digits = text[text.index(after: colon)...]
            guard let number = Self.port(digits) else { throw RegistrationProblemError(.malformedURI) }
            port = number
        }
        guard isHost(host) else { throw RegistrationProblemError(.malformedURI) }
        return WebAddress(scheme: scheme, host: host, port: port, rest: rest)
    }

    /// 1 to 65535 in decimal digits without a leading zero.
    static func port(_ digits: some StringProtocol) -> Int? {
        guard !digits.isEmpty, digits.utf8.count <= 5, digits.utf8.first != UInt8(ascii: "0"),
            digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
            let number = Int(digits), number <= 65_535
        else { return nil }
        return number
    }

    /// A DNS name in its labels, an IPv4 literal, or an IPv6 literal in brackets without a zone.
    private static func isHost(_ host: String) -> Bool {
        if host.hasPrefix("[") {
            let inner = host.dropFirst().dropLast()
            let hexOrColon = Set("0123456789abcdef:.".utf8)
            return host.hasSuffix("]") && inner.contains(":") && inner.utf8.allSatisfy(hexOrColon.contains)
        }
        let letters = Set("abcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        guard host.utf8.count <= 253 else { return false }
        return host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.utf8.count <= 63 && label.utf8.allSatisfy(letters.contains)
                && label.utf8.first != UInt8(ascii: "-") && label.utf8.last != UInt8(ascii: "-")
        }
    }
}

/// A problem that is thrown before it is known which member has it.
package struct RegistrationProblemError: Error, Sendable, Hashable {
    package let problem: RegistrationProblem
    package init(_ problem: RegistrationProblem) { self.problem = problem }
}
