/// What a client registered (RFC 7591 §2, OpenID Connect Registration §2, the logout specifications' §2 and §3.1) and
/// what the operator decided about it (`exeunt_*`). A value of this type has passed every rule.
package struct ClientMetadata: Sendable, Hashable {
    package var clientName: String?
    package var applicationType: ApplicationType = .web
    package var redirectURIs: [String] = []
    package var postLogoutRedirectURIs: [String] = []
    package var grantTypes: Set<GrantType> = [.authorizationCode]
    package var responseTypes: [ResponseType] = [.code]
    package var tokenEndpointAuthMethod: ClientAuthenticationMethod = .clientSecretBasic
    package var tokenEndpointAuthSigningAlg: SigningAlgorithm?
    package var jwks: JSONValue?
    package var jwksURI: String?
    package var idTokenSignedResponseAlg: SigningAlgorithm = .rs256
    /// Nil: all known scopes.
    package var scope: Set<String>?
    package var backchannelLogoutURI: String?
    package var backchannelLogoutSessionRequired = false
    package var frontchannelLogoutURI: String?
    package var frontchannelLogoutSessionRequired = false
    /// In seconds.
    package var defaultMaxAge: Int?
    package var requireAuthTime = false
    package var subjectType: SubjectType = .public
    package var clientURI: String?
    package var logoURI: String?
    package var policyURI: String?
    package var tosURI: String?
    package var initiateLoginURI: String?
    package var contacts: [String] = []

    /// `exeunt_consent`.
    package var consent: ConsentPolicy = .never
    /// `exeunt_receipt`, if the client says.
    package var registeredReceipt: ReceiptPolicy?
    /// `exeunt_offline`: `offline_access` without asking.
    package var offline = false
    /// `exeunt_audience`: this client is a resource server, known by this name in `aud`.
    package var audience: String?
    /// `exeunt_access_token_format`.
    package var accessTokenFormat: AccessTokenFormat = .opaque
    /// `exeunt_logout_token_type`: the `typ` of its logout tokens, `logout+jwt` or `JWT` for older libraries.
    package var logoutTokenType = "logout+jwt"
    /// `exeunt_notify_on_expiry`: whether it is told when a session expires.
    package var notifyOnExpiry = true
    /// `exeunt_default_scope`, if the client says.
    package var registeredDefaultScope: LogoutDefaultScope?
    /// `exeunt_allow_http`: the operator's permission for plain http addresses of a confidential client.
    package var allowsHTTP = false
    /// Members we do not know, kept and ignored (RFC 7591 §2).
    package var otherMembers: JSONObject = [:]

    /// What the provider is configured to do for clients that do not say.
    package var defaults = ClientDefaults()

    init() {}

    package var receipt: ReceiptPolicy { registeredReceipt ?? defaults.receipt }
    package var defaultScope: LogoutDefaultScope { registeredDefaultScope ?? defaults.defaultScope }

    /// A public client has nothing to prove itself with.
    package var isPublic: Bool { tokenEndpointAuthMethod == .none }

    /// The host that pairwise subjects are computed over (Core §8.1): the only one of its redirect URIs.
    package var sectorHost: String? {
        let hosts = Set(redirectURIs.compactMap { try? WebAddress.parse($0).host })
        return hosts.count == 1 ? hosts.first : nil
    }

    /// Checks a registration as a whole and collects every problem.
    package init(json: JSONValue, policy: RegistrationPolicy) throws(RegistrationRefusals) {
        var reader = ClientMetadataReader(json: json)
        self = reader.read(defaultConsent: policy.defaultConsent)
        // What could not be read is not judged again by what stands in its place.
        let unread = Set(reader.refusals.map(\.member))
        let judged = reader.isUsable ? ClientMetadataRules.problems(of: self, policy: policy) : []
        let refusals = reader.refusals + judged.filter { !unread.contains($0.member) }
        guard refusals.isEmpty else { throw RegistrationRefusals(refusals) }
    }

    /// A record of our own database, which was checked when it was written. Rules that depend on the configuration are
    /// not applied again: a changed setting must not make a client unreadable.
    package init(stored json: JSONValue, defaults: ClientDefaults = ClientDefaults()) throws(RegistrationRefusals) {
        var reader = ClientMetadataReader(json: json)
        self = reader.read(defaultConsent: .never)
        self.defaults = defaults
        guard reader.refusals.isEmpty else { throw RegistrationRefusals(reader.refusals) }
    }
}
