import Crypto

/// The provider's name on the wire (Core §2 `iss`, Discovery §3): an https origin with an optional path, kept byte for
/// byte, because applications compare it byte for byte.
package struct Issuer: Sendable, Hashable, CustomStringConvertible {
    /// Why a text cannot be an issuer; fits a configuration error.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// The issuer exactly as configured, never with a trailing slash.
    package let text: String
    /// `https`, or `http` in development.
    package let scheme: String
    /// Lower case; an IPv6 literal without its brackets.
    package let host: String
    /// The port, also where the text leaves the default out.
    package let port: Int
    /// Scheme, host and port as a browser writes them in `Origin`.
    package let origin: String
    /// Empty, or `/…` without a trailing slash.
    package let path: String
    /// Eight characters that tell cookies of several issuers on one host apart: cookies ignore ports.
    package let cookieHash: String

    /// Parses an issuer. Whether plain http is acceptable is the configuration's decision, not the text's.
    package init(_ text: String) throws(Problem) {
        let parts = try Self.split(text)
        let authority = try Self.authority(parts.authority, scheme: parts.scheme)
        self.text = text
        scheme = parts.scheme
        host = authority.host
        port = authority.port
        origin = parts.scheme + "://" + parts.authority
        path = parts.path
        cookieHash = SHA256.hash(data: Array(text.utf8)).prefix(4)
            .map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }
            .joined()
    }

    /// Stands for "not configured" in commands that work on the database alone; `.invalid` resolves nowhere (RFC 6761).
    package static let unset: Issuer = {
        guard let issuer = try? Issuer("https://unset.invalid") else { preconditionFailure("a valid issuer") }
        return issuer
    }()

    /// Whether browsers reach the provider over TLS; decides `__Host-`, `Secure` and HSTS.
    package var isSecure: Bool { scheme == "https" }

    /// Whether the host can only be this machine: the one place where plain http is tolerable.
    package var isLoopback: Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "127.0.0.1" || host == "::1"
    }

    /// The absolute address of one of the provider's paths, given with its leading slash.
    package func url(_ path: String) -> String { text + path }

    package var description: String { text }

    private static func split(_ text: String) throws(Problem) -> (scheme: String, authority: String, path: String) {
        guard text.utf8.count <= 255, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw Problem(description: "must be at most 255 printable ASCII characters without spaces")
        }
        guard let scheme = ["https", "http"].first(where: { text.hasPrefix($0 + "://") }) else {
            throw Problem(description: "must begin with https:// in lower case")
        }
        // Discovery §3: no query and no fragment component.
        guard !text.contains("?"), !text.contains("#") else {
            throw Problem(description: "must have no query and no fragment")
        }
        guard !text.hasSuffix("/") else { throw Problem(description: "must not end with a slash") }
        let rest = text.dropFirst(scheme.count + 3)
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        let path = String(rest[end...])
        guard !path.contains("//"), !path.contains("/."), !path.contains("%"), !path.contains("\\") else {
            throw Problem(description: "must have a plain path, without empty, dotted or encoded segments")
        }
        return (scheme, String(rest[..<end]), path)
    }

    private static func authority(_ text: String, scheme: String) throws(Problem) -> (host: String, port: Int) {
        guard !text.contains("@") else { throw Problem(description: "must not contain a user name or password") }
        guard text == text.lowercased() else { throw Problem(description: "must have its host in lower case") }
        let standard = scheme == "https" ? 443 : 80
        guard let address = ListenAddress.split(text, defaultPort: standard), !address.host.isEmpty else {
            throw Problem(description: "must name a host, and a port from 1 to 65535 if any")
        }
        let isLiteral = text.hasPrefix("[")
        let allowed = { (byte: UInt8) in
            (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d || byte == 0x2e
                || (isLiteral && byte == 0x3a)
        }
        guard address.port > 0, address.host.utf8.allSatisfy(allowed) else {
            throw Problem(description: "must name a host, and a port from 1 to 65535 if any")
        }
        // Browsers leave the default port out of Origin, so that an issuer with it would never match.
        guard !text.hasSuffix(":\(standard)") || (isLiteral && text.hasSuffix("]")) else {
            throw Problem(description: "must leave out the default port \(standard)")
        }
        return address
    }
}
