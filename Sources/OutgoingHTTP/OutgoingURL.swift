/// An absolute `http` or `https` URL that can be sent without any reinterpretation.
///
/// Parsing refuses whatever two parsers could read differently (A-36, A-40): user info, fragments, backslashes, spaces,
/// control and non-ASCII characters, bad percent-encoding, trailing dots and IPv4 in anything but four decimal numbers.
package struct OutgoingURL: Sendable, Hashable, CustomStringConvertible {
    /// The URL exactly as it was given.
    package let text: String
    /// `http` or `https`.
    package let scheme: String
    /// The host in lower case; an IPv6 address without brackets.
    package let host: String
    /// The port, the scheme's default when none was given.
    package let port: Int
    /// Path and query as they go onto the request line (RFC 9112 §3.2.1); at least `/`.
    package let target: String
    /// The address when the host is a literal address.
    package let literal: IPAddress?

    /// Longer than any address that a client registers for a reason.
    package static let maximumLength = 2_048

    /// - Throws: the reason for which the text is not accepted.
    package init(_ text: String) throws(OutgoingRefusal) {
        guard text.utf8.count <= Self.maximumLength else { throw .notAbsolute }
        try Self.checkCharacters(text)
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { throw .notAbsolute }
        let scheme = text[..<colon].lowercased()
        guard scheme == "http" || scheme == "https" else { throw .notAbsolute }
        let rest = text[text.index(colon, offsetBy: 3)...]
        let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<authorityEnd]
        guard !authority.contains("@") else { throw .userInfo }
        let tail = rest[authorityEnd...]
        self.text = text
        self.scheme = scheme
        target = tail.hasPrefix("/") ? String(tail) : "/" + tail
        (host, literal) = try Self.host(of: authority)
        port = try Self.port(of: authority) ?? (scheme == "https" ? 443 : 80)
    }

    /// Whether requests go over TLS.
    package var isSecure: Bool { scheme == "https" }

    /// Scheme, host and port, always with the port, so that equal origins are equal strings.
    package var origin: String { "\(scheme)://\(bracketedHost):\(port)" }

    package var description: String { text }

    /// The value of the Host header (RFC 9110 §7.2): without the scheme's default port.
    var hostHeader: String {
        port == (isSecure ? 443 : 80) ? bracketedHost : "\(bracketedHost):\(port)"
    }

    private var bracketedHost: String { literal?.isIPv6 == true ? "[\(host)]" : host }
}

extension OutgoingURL {
    private static func checkCharacters(_ text: String) throws(OutgoingRefusal) {
        var pendingHex = 0
        for byte in text.utf8 {
            if pendingHex > 0 {
                guard isHex(byte) else { throw .illegalCharacter }
                pendingHex -= 1
                continue
            }
            switch byte {
            case UInt8(ascii: "%"): pendingHex = 2
            case UInt8(ascii: "#"): throw .fragment
            // RFC 3986 §2: none of these may appear in a URI; a backslash is a slash to browsers.
            case 0...0x20, 0x7f..., UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
                UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                throw .illegalCharacter
            default: break
            }
        }
        guard pendingHex == 0 else { throw .illegalCharacter }
    }

    private static func port(of authority: Substring) throws(OutgoingRefusal) -> Int? {
        let afterHost = authority.lastIndex(of: "]").map { authority[authority.index(after: $0)...] } ?? authority
        guard let colon = afterHost.firstIndex(of: ":") else {
            guard afterHost.startIndex == authority.startIndex || afterHost.isEmpty else { throw .malformedHost }
            return nil
        }
        let touchesHost = afterHost.startIndex == authority.startIndex || colon == afterHost.startIndex
        guard touchesHost else { throw .malformedHost }
        let digits = afterHost[afterHost.index(after: colon)...].utf8
        guard (1...5).contains(digits.count), digits.allSatisfy(isDigit), digits.first != UInt8(ascii: "0"),
            let port = Int(Substring(digits)), port <= 65_535
        else { throw .malformedPort }
        return port
    }

    private static func host(of authority: Substring) throws(OutgoingRefusal) -> (String, IPAddress?) {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw .malformedHost }
            let inner = authority[authority.index(after: authority.startIndex)..<end].lowercased()
            guard inner.contains(":"), let address = IPAddress(inner) else { throw .malformedHost }
            return (inner, address)
        }
        let host = authority[..<(authority.firstIndex(of: ":") ?? authority.endIndex)].lowercased()
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard !host.isEmpty, host.utf8.count <= 253 else { throw .malformedHost }
        guard !host.hasSuffix(".") else { throw .trailingDot }
        for label in labels {
            guard (1...63).contains(label.utf8.count), label.utf8.allSatisfy(isNameByte) else { throw .malformedHost }
        }
        guard let last = labels.last, isNumeric(last) else { return (host, nil) }
        // A last label that is a number makes the host an address for every URL parser (WHATWG URL §3.5).
        guard let address = IPAddress(host) else { throw .ambiguousAddress }
        return (host, address)
    }

    private static func isNumeric(_ label: Substring) -> Bool {
        if label.utf8.allSatisfy(isDigit) { return true }
        return label.hasPrefix("0x") && label.utf8.dropFirst(2).allSatisfy(isHex)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
    }
}
