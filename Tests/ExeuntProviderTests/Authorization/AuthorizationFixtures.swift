import ExeuntProvider
import OpenIDTypes

/// Requests, clients and sessions for the tables of this folder.
enum AuthorizationFixtures {
    static let redirectURI = "https://rp.example/callback"
    static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    static let now = Timestamp(seconds: 1_790_000_000)

    static func client(_ members: JSONObject = [:]) throws -> AuthorizationClient {
        let defaults: JSONObject = [
            "client_name": "App", "redirect_uris": [.string(redirectURI)],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "client_secret_basic",
        ]
        let metadata = try ClientMetadata(
            json: .object(defaults.merging(members)),
            policy: RegistrationPolicy(issuerOrigin: "https://op.example", development: false)
        )
        return AuthorizationClient(id: ClientID("app"), metadata: metadata)
    }

    /// A plain good request with some parameters replaced; an empty value removes one.
    static func parameters(_ changes: [(String, String)] = []) -> Parameters {
        var parameters = Parameters(pairs: [
            ("client_id", "app"), ("redirect_uri", redirectURI), ("response_type", "code"), ("scope", "openid"),
            ("state", "s-._~"), ("nonce", "n"),
        ])
        for (name, value) in changes { parameters.set(name, value) }
        return parameters
    }

    static func request(
        _ changes: [(String, String)] = [], client members: JSONObject = [:]
    ) throws -> AuthorizationRequest {
        try AuthorizationRequest.parse(parameters(changes), client: client(members))
    }

    /// What came of parsing: the refusal's id and whether the application hears of it; nil for success.
    static func refusal(
        _ changes: [(String, String)], client members: JSONObject = [:]
    ) throws -> (refusal: AuthorizationRefusal, isTold: Bool)? {
        let client = try client(members)
        do {
            _ = try AuthorizationRequest.parse(parameters(changes), client: client)
            return nil
        } catch {
            return (error.refusal, error.target != nil)
        }
    }

    static func candidate(
        _ name: String, authenticated ago: Duration = .seconds(10), joined: Duration? = nil, hinted: Bool = false
    ) -> AuthorizationFacts.Candidate {
        AuthorizationFacts.Candidate(
            session: SessionID("session-" + name), account: AccountID(name), subject: Subject(name),
            authTime: now - ago, joinedAt: joined.map { now - $0 }, isNamedByLoginHint: hinted
        )
    }

    static func progress(
        _ name: String, loggedIn: Bool = false, consented: Bool = false
    ) -> InteractionProgress {
        var progress = InteractionProgress()
        progress.session = SessionID("session-" + name)
        progress.account = AccountID(name)
        if loggedIn { progress.loggedInAt = now }
        if consented { progress.consentedAt = now }
        return progress
    }
}
