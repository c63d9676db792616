import OpenIDTypes

/// A completed login: who signed in, and in which of the provider's sessions.
public struct SignedIn: Sendable, Hashable, Codable {
    /// The provider. Subjects and sessions mean something only together with it (Core §2).
    public let issuer: String
    /// The person, as this application knows them.
    public let subject: String
    /// The provider's session at this application; a logout token names it.
    public let sid: String?
    /// When the ID token was made, in seconds since 1970.
    public let issuedAt: Int64
    /// The ID token as it came: the hint of a later logout.
    public let idToken: String
    /// Opens the provider's UserInfo endpoint, and APIs that accept the provider's tokens.
    public let accessToken: String
    /// Mints new access tokens, when the provider gave one.
    public let refreshToken: String?
    /// The claims of the ID token and of the UserInfo endpoint, as JSON text.
    public let claims: String

    /// A claim about the person or the login that is a string.
    public func claim(_ name: String) -> String? {
        (try? JSONValue.parse(Array(claims.utf8)))?[name]?.string
    }
}
