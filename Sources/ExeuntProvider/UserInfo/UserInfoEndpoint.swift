package import Hummingbird
package import OpenIDTypes
import SQLStore

/// `/oidc/userinfo` (Core §5.3): who is this access token about? Nothing is cached, so that the next request after a
/// logout is refused.
package struct UserInfoEndpoint: Endpoint {
    package static let path = "/oidc/userinfo"

    private let database: Database
    private let clock: any WallClock
    private let tokens: AccessTokenStore
    private let accounts: AccountDirectory

    package init(parts: ProviderParts) {
        database = parts.database
        clock = parts.clock
        tokens = AccessTokenStore(keys: parts.keys)
        accounts = parts.accounts
    }

    package func mount(on router: Router<ProviderContext>) {
        router.get(RouterPath(Self.path)) { request, _ in try await answer(request, form: nil) }
        router.post(RouterPath(Self.path)) { request, _ in try await post(request) }
        CrossOrigin.mountPreflight(at: Self.path, methods: "GET, POST", on: router)
    }

    /// A POST may have its token in the header and any body, or none.
    private func post(_ request: Request) async throws -> Response {
        do {
            let form = request.hasFormBody ? try await request.formParameters() : nil
            return try await answer(request, form: form)
        } catch let refusal as any Refusal {
            return CrossOrigin.readable(JSONErrors.response(for: refusal))
        }
    }

    private func answer(_ request: Request, form: OpenIDTypes.Parameters?) async throws -> Response {
        do {
            let token = try UserInfoRules.token(
                headers: request.headers[values: .authorization].count, bearer: request.bearerToken,
                form: form?["access_token"]
            )
            return CrossOrigin.readable(Answer.json(.object(try await claims(token))))
        } catch let refusal as UserInfoRefusal {
            return CrossOrigin.readable(JSONErrors.response(for: refusal, challenge: Self.challenge(refusal)))
        }
    }

    /// RFC 6750 §3.1: no error code for a request that shows no token at all.
    private static func challenge(_ refusal: UserInfoRefusal) -> String {
        switch refusal {
        case .tokenMissing: "Bearer realm=\"exeunt\""
        case .scopeInsufficient:
            JSONErrors.bearerChallenge(for: refusal, scope: KnownScope.openid.rawValue)
        case .tokenInvalid, .tokenGivenTwice: JSONErrors.bearerChallenge(for: refusal)
        }
    }

    /// The claims that the token opens, `sub` first and the same as in the ID token (Core §5.3.2).
    /// - Throws: ``UserInfoRefusal``.
    package func claims(_ token: String) async throws -> JSONObject {
        let now = clock.now
        return try await database.read { [tokens, accounts] db in
            guard let stored = try tokens.find(token, in: db, now: now) else { throw UserInfoRefusal.tokenInvalid }
            try UserInfoRules.check(
                scope: stored.scope, audience: stored.audience, hasPerson: stored.grant != nil
            )
            guard let grant = stored.grant, let account = try accounts.find(grant.accountID, in: db) else {
                throw UserInfoRefusal.tokenInvalid
            }
            let claims = ClaimsRules.claims(
                for: account, scopes: Set(stored.scope), claimsRequest: grant.claims?["userinfo"]
            )
            return JSONObject(members: [(name: "sub", value: .string(grant.subject.rawValue))]).merging(claims)
        }
    }
}
