/// How one application is registered with its OpenID provider.
public struct RelyingPartyConfiguration: Sendable {
    /// The provider's issuer, exactly as in its discovery document; https unless ``development`` is on.
    public var issuer: String
    /// The application's `client_id`.
    public var clientID: String
    /// The application's secret (`client_secret_basic`); nil for a public client.
    public var clientSecret: String?
    /// Where the provider sends the browser with a code; registered at the provider.
    public var redirectURI: String
    /// Where the provider sends the browser after a logout; registered at the provider (RP-Initiated Logout §3.1).
    public var postLogoutRedirectURI: String?
    /// The scopes to ask for; `openid` among them.
    public var scopes: [String]
    /// Address ranges of a private network that the provider may live in, such as `10.0.0.0/8`. Public addresses need
    /// no entry; everything private is refused without one.
    public var allowedAddresses: [String]
    /// A PEM file of authorities to trust beside the system's.
    public var authorityFile: String?
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
        allowedAddresses: [String] = [],
        authorityFile: String? = nil,
        development: Bool = false
    ) {
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.redirectURI = redirectURI
        self.postLogoutRedirectURI = postLogoutRedirectURI
        self.scopes = scopes
        self.allowedAddresses = allowedAddresses
        self.authorityFile = authorityFile
        self.development = development
    }

    /// What cannot be right, found before the first browser comes.
    func check() throws(RelyingPartyError) {
        // Discovery §3: https, and neither query nor fragment.
        guard accepts(issuer), !issuer.contains("?"), !issuer.contains("#") else {
            throw RelyingPartyError(.configuration, "the issuer is not an https address without query and fragment")
        }
        guard !clientID.isEmpty else { throw RelyingPartyError(.configuration, "the client_id is missing") }
        guard redirectURI.contains(":"), !redirectURI.contains("#") else {
            throw RelyingPartyError(.configuration, "the redirect URI is not an absolute address without fragment")
        }
        // Core §3.1.2.1: without openid it is no OpenID Connect request, and no ID token comes.
        guard scopes.contains("openid") else {
            throw RelyingPartyError(.configuration, "the scopes lack openid")
        }
    }

    /// Tokens, secrets and codes travel over TLS alone, except in development.
    func accepts(_ address: String) -> Bool {
        address.hasPrefix("https://") || (development && address.hasPrefix("http://"))
    }
}
