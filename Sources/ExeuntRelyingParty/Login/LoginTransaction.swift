import Crypto
import OpenIDTypes

/// What must be remembered in this browser between leaving for the provider and coming back.
///
/// Keep it where only this browser can bring it back: a server-side session, or a cookie that is sealed.
public struct LoginTransaction: Sendable, Hashable, Codable {
    /// Proof that the answer belongs to this browser's request (RFC 6749 §10.12).
    public let state: String
    /// Proof that the ID token was made for this login (Core §3.1.2.1).
    public let nonce: String
    /// The secret half of PKCE (RFC 7636 §4.1).
    public let codeVerifier: String

    /// Three independent values of 256 random bits.
    public init() {
        state = Self.random()
        nonce = Self.random()
        codeVerifier = Self.random()
    }

    /// The public half of PKCE, S256 (RFC 7636 §4.2).
    var codeChallenge: String { Base64URL.encode(SHA256.hash(data: Array(codeVerifier.utf8))) }

    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64URL.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
