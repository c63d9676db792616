import ExeuntRelyingParty
import ExeuntTesting
import Logging
import OpenIDTypes
import OutgoingHTTP

/// One application at a provider that a test plays: its kit, its sessions, a clock and the provider's first key.
struct ApplicationPlace: Sendable {
    static let clientID = "the client"
    static let secret = "s3cret:/+"

    let provider: FakeIssuer
    let key: IssuerKey
    let clock: ManualClock
    let party: RelyingParty
    let sessions: MemorySessions

    var now: Int64 { clock.now.seconds }

    static func run(
        _ algorithm: SigningAlgorithm = .es256,
        secret: String? = ApplicationPlace.secret,
        _ body: @Sendable (ApplicationPlace) async throws -> Void
    ) async throws {
        try await FakeIssuer.run { provider in
            let key = try IssuerKey(algorithm)
            try provider.publish([key])
            let clock = ManualClock()
            let configuration = RelyingPartyConfiguration(
                issuer: provider.issuer,
                clientID: clientID,
                clientSecret: secret,
                redirectURI: "http://app.localhost/callback",
                postLogoutRedirectURI: "http://app.localhost/?a=1&b=ü",
                scopes: ["openid", "profile", "offline_access"],
                development: true
            )
            let client = try OutgoingClient(
                policy: AddressPolicy(development: true),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            try await body(
                ApplicationPlace(
                    provider: provider,
                    key: key,
                    clock: clock,
                    party: try RelyingParty(configuration, client: client, clock: clock),
                    sessions: MemorySessions(clock: clock)
                )
            )
            await client.shutdown()
        }
    }

    /// What a good logout token says, with changes; `null` leaves a claim out.
    func logoutClaims(_ changes: JSONObject = [:]) -> JSONObject {
        Self.changed(
            [
                "iss": .string(provider.issuer), "sub": "alice", "aud": .string(Self.clientID), "iat": .integer(now),
                "exp": .integer(now + 120),
                "jti": .string(Base64URL.encode((0..<9).map { _ in UInt8.random(in: 0...255) })),
                "sid": "sid-1", "events": ["http://schemas.openid.net/event/backchannel-logout": [:]],
            ],
            changes
        )
    }

    /// What a good ID token says, with changes.
    func identityClaims(nonce: String, _ changes: JSONObject = [:]) -> JSONObject {
        Self.changed(
            [
                "iss": .string(provider.issuer), "sub": "alice", "aud": .string(Self.clientID), "iat": .integer(now),
                "exp": .integer(now + 300), "nonce": .string(nonce), "sid": "sid-1", "name": "Alice Example",
            ],
            changes
        )
    }

    private static func changed(_ claims: JSONObject, _ changes: JSONObject) -> JSONObject {
        var result = claims
        for (name, value) in changes.members { result[name] = value == .null ? nil : value }
        return result
    }

    /// Signs somebody in by the whole way through the code.
    func signIn(_ changes: JSONObject = [:], type: String? = "JWT") async throws -> SignedIn {
        let transaction = LoginTransaction()
        provider.answerTokens([
            "access_token": "at", "token_type": "Bearer", "refresh_token": "rt",
            "id_token": .string(try key.sign(identityClaims(nonce: transaction.nonce, changes), type: type)),
        ])
        return try await party.completeLogin(query: callback(transaction), transaction)
    }

    func callback(_ transaction: LoginTransaction) -> String {
        Parameters.encode([("code", "c0de"), ("state", transaction.state), ("iss", provider.issuer)])
    }

    /// Sends a logout token as the provider does.
    func tell(_ token: String) async throws -> ReceiverAnswer {
        let form = Array(Parameters.encode([("logout_token", token)]).utf8)
        return try await party.receiveBackChannelLogout(form: form, sessions: sessions)
    }
}
