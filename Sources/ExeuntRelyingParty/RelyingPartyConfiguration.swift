/// How one application is registered with its OpenID provider.
public struct RelyingPartyConfiguration: Sendable {
    /// The provider's issuer, exactly as in its discovery document.
    public var issuer: String
    /// The application's `client_id`.
    public var clientID: String
    /// The application's secret (`client_secret_basic`); nil for a public client.
    public var clientSecret: String?
    /// Where the provider sends the browser with a code; registered at the provider.
    public var redirectURI: String
    /// Where the provider sends the browser after a logout; registered at the provider.
    public var postLogoutRedirectURI: String?
    /// The scopes to ask for; `openid` among them.
    public var scopes: [String]
    /// Allows a provider on loopback and over plain http. For development only.
    public var development: Bool

    /// A registration. `scopes` are asked for in the order given.
    public init(
        issuer: String,
        clientID: String,
        clientSecret: String? = nil,
        redirectURI: String,
        postLogoutRedirectURI: String? = nil,
        scopes: [String] = ["openid", "profile"],
        development: Bool = false
    ) {
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.redirectURI = redirectURI
        self.postLogoutRedirectURI = postLogoutRedirectURI
        self.scopes = scopes
        self.development = development
    }
}

/// Why something that a provider or a browser said was not believed.
public struct RelyingPartyError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure, for programs.
    public enum Kind: String, Sendable {
        /// The provider could not be reached or did not speak the protocol.
        case provider
        /// The answer in the browser does not belong to a login of this browser.
        case response
        /// A token is not what it claims to be.
        case token
        /// The provider refused: the person declined, or must sign in first.
        case denied
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// One sentence without secrets, fit for a log.
    public let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
