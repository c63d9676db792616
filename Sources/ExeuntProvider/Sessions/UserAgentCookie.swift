package import Hummingbird
import OpenIDTypes

/// The browser's cookie: a random secret of which the database has the hash. It names the browser, not a session,
/// so that one browser can hold several accounts' sessions.
package struct UserAgentCookie: Sendable {
    /// `__Host-` over https, so that no sibling domain can plant one; the issuer's hash, because cookies ignore ports.
    package let name: String
    private let isSecure: Bool
    private let lifetime: Duration

    /// - Parameter lifetime: of the cookie that outlives the browser; the session ends by its own deadline anyway.
    package init(issuer: Issuer, lifetime: Duration) {
        name = (issuer.isSecure ? "__Host-" : "") + "exeunt-s-" + issuer.cookieHash
        isSecure = issuer.isSecure
        self.lifetime = lifetime
    }

    /// The secret; nil also for several cookies of the name, of which one must be another's.
    package func read(_ request: Request) -> String? {
        guard case .one(let value) = request.cookie(name), Self.isPlausible(value) else { return nil }
        return value
    }

    /// The `Set-Cookie` value after signing in.
    package func set(secret: String, persistent: Bool) -> String {
        let age = persistent ? "; Max-Age=\(lifetime.components.seconds)" : ""
        return "\(name)=\(secret)\(attributes)\(age)"
    }

    /// The `Set-Cookie` value that removes it: the same attributes, or some browsers keep it.
    package func expire() -> String { "\(name)=\(attributes); Max-Age=0" }

    private var attributes: String { "; Path=/" + (isSecure ? "; Secure" : "") + "; HttpOnly; SameSite=Lax" }

    private static func isPlausible(_ value: String) -> Bool {
        value.utf8.count == 43 && Base64URL.decode(value) != nil
    }
}
