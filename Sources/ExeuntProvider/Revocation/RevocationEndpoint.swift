package import Hummingbird
package import OpenIDTypes
import SQLStore

/// `POST /oidc/revoke` (RFC 7009): the client gives a token back. Unknown, foreign and dead tokens all get the same
/// 200.
package struct RevocationEndpoint: Endpoint {
    package static let path = "/oidc/revoke"

    private let database: Database
    private let clock: any WallClock
    private let authenticator: ClientAuthenticator
    private let accessTokens: AccessTokenStore
    private let refreshTokens = RefreshTokenStore()
    private let grants: GrantStore

    package init(parts: ProviderParts) {
        database = parts.database
        clock = parts.clock
        authenticator = ClientAuthenticator(parts: parts, endpoint: Self.path)
        accessTokens = AccessTokenStore(keys: parts.keys)
        grants = GrantStore(lifetimes: parts.configuration.lifetimes)
    }

    package func mount(on router: Router<ProviderContext>) {
        router.post(RouterPath(Self.path)) { request, _ in try await post(request) }
        CrossOrigin.mountPreflight(at: Self.path, methods: "POST", on: router)
    }

    private func post(_ request: Request) async throws -> Response {
        do {
            let form = try await request.formParameters()
            try await revoke(form, authorization: request.headers[values: .authorization])
            return CrossOrigin.readable(Answer.json([:]))
        } catch let refusal as any Refusal {
            return CrossOrigin.readable(JSONErrors.response(for: refusal))
        }
    }

    private enum Target: Sendable {
        case family(GrantID)
        case accessToken(AccessTokenStore.Reference)
    }

    /// `token_type_hint` is not looked at, so that a wrong one cannot stop the search (§2.1).
    /// - Throws: ``RevocationRefusal``, ``ClientAuthenticationRefusal``.
    package func revoke(_ form: OpenIDTypes.Parameters, authorization: [String]) async throws {
        let credentials = try ClientCredentials(authorization: authorization, form: form)
        guard let token = form["token"] else { throw RevocationRefusal.tokenMissing }
        let now = clock.now
        let (recognised, target) = try await database.read { [authenticator] db in
            let recognised = try authenticator.recognise(credentials, in: db)
            return (recognised, try find(token, of: recognised.client.id, in: db, now: now))
        }
        let proven = try await authenticator.prove(recognised, now: now)
        guard target != nil || proven.usedAssertion else { return }
        let spent = try await database.write { [authenticator, accessTokens, grants] db in
            guard try authenticator.spend(proven, in: db) else { return false }
            switch target {
            case nil: break
            case .family(let grant):
                try grants.revokeFamily(grant, cause: .revokedByClient, in: db, now: now)
            case .accessToken(let reference):
                try accessTokens.revoke(reference, of: proven.client.id, in: db, now: now)
            }
            return true
        }
        guard spent else { throw ClientAuthenticationRefusal.assertionSpent }
    }

    /// A refresh token stands for its family in any state: who gives back one that was just replaced means them all
    /// . A foreign token is as unknown as any other.
    private func find(
        _ token: String, of client: ClientID, in db: any SQLReader, now: Timestamp
    ) throws -> Target? {
        if let grant = try refreshTokens.grant(of: token, in: db) {
            return grant.client == client ? .family(grant.id) : nil
        }
        return try accessTokens.reference(token, in: db, now: now).map(Target.accessToken)
    }
}
