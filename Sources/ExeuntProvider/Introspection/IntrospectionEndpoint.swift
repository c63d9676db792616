package import Hummingbird
package import OpenIDTypes
import SQLStore

/// `POST /oidc/introspect` (RFC 7662): is this token alive? Everything that is not `active` gets the same answer.
package struct IntrospectionEndpoint: Endpoint {
    package static let path = "/oidc/introspect"

    private let database: Database
    private let clock: any WallClock
    private let issuer: Issuer
    private let authenticator: ClientAuthenticator
    private let accessTokens: AccessTokenStore
    private let refreshTokens = RefreshTokenStore()

    package init(parts: ProviderParts) {
        database = parts.database
        clock = parts.clock
        issuer = parts.configuration.issuer
        authenticator = ClientAuthenticator(parts: parts, endpoint: Self.path)
        accessTokens = AccessTokenStore(keys: parts.keys)
    }

    package func mount(on router: Router<ProviderContext>) {
        router.post(RouterPath(Self.path)) { request, _ in try await post(request) }
    }

    private func post(_ request: Request) async throws -> Response {
        do {
            let form = try await request.formParameters()
            let answer = try await answer(form, authorization: request.headers[values: .authorization])
            return Answer.json(answer)
        } catch let refusal as any Refusal {
            return JSONErrors.response(for: refusal)
        }
    }

    /// One snapshot tells who asks and what the token is.
    /// - Throws: ``IntrospectionRefusal``, ``ClientAuthenticationRefusal``.
    package func answer(_ form: OpenIDTypes.Parameters, authorization: [String]) async throws -> JSONValue {
        let credentials = try ClientCredentials(authorization: authorization, form: form)
        guard let token = form["token"] else { throw IntrospectionRefusal.tokenMissing }
        let now = clock.now
        let (recognised, found) = try await database.read { [authenticator] db in
            let recognised = try authenticator.recognise(credentials, in: db)
            // RFC 7662 §2.1: whoever asks must prove who it is, or tokens could be guessed here.
            guard !recognised.client.metadata.isPublic else { throw ClientAuthenticationRefusal.publicClient }
            return (recognised, try describe(token, to: recognised.client, in: db, now: now))
        }
        let proven = try await authenticator.prove(recognised, now: now)
        if proven.usedAssertion {
            guard try await database.write({ [authenticator] in try authenticator.spend(proven, in: $0) }) else {
                throw ClientAuthenticationRefusal.assertionSpent
            }
        }
        return found ?? ["active": false]
    }

    /// `token_type_hint` is not looked at: an access token is one lookup by its key, and only what is none costs a
    /// second one.
    private func describe(
        _ token: String, to asking: Client, in db: any SQLReader, now: Timestamp
    ) throws -> JSONValue? {
        if let stored = try accessTokens.find(token, in: db, now: now) {
            let allowed = IntrospectionRules.mayAskAboutAccessToken(
                asking: asking.id, audience: asking.metadata.audience, tokenClient: stored.clientID,
                tokenAudience: stored.audience
            )
            return allowed ? accessToken(stored) : nil
        }
        guard let stored = try refreshTokens.find(token, in: db, now: now), stored.facts.grantIsAlive,
            stored.facts.rotation == .current,
            IntrospectionRules.mayAskAboutRefreshToken(asking: asking.id, tokenClient: stored.grant.clientID)
        else { return nil }
        return refreshToken(stored.grant)
    }

    private func accessToken(_ stored: AccessTokenStore.Stored) -> JSONValue {
        var members: JSONObject = [
            "active": true,
            "iss": .string(issuer.text),
            "client_id": .string(stored.clientID.rawValue),
            "token_type": "Bearer",
            "sub": .string(stored.grant?.subject.rawValue ?? stored.clientID.rawValue),
            "aud": .string(stored.audience ?? issuer.text),
            "iat": .integer(stored.issuedAt.seconds),
            "exp": .integer(stored.expiresAt.seconds),
        ]
        members["scope"] = stored.scope.isEmpty ? nil : .string(stored.scope.joined(separator: " "))
        members["auth_time"] = stored.grant.map { .integer($0.authTime.seconds) }
        members["sid"] = stored.grant.map { .string($0.sid.rawValue) }
        return .object(members)
    }

    private func refreshToken(_ grant: Grant) -> JSONValue {
        [
            "active": true,
            "iss": .string(issuer.text),
            "client_id": .string(grant.clientID.rawValue),
            "sub": .string(grant.subject.rawValue),
            "scope": .string(grant.scope.joined(separator: " ")),
            "auth_time": .integer(grant.authTime.seconds),
            "sid": .string(grant.sid.rawValue),
        ]
    }
}
