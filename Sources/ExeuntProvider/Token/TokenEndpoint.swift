package import Hummingbird
package import OpenIDTypes
import SQLStore

/// Where the steps of a token request stand; a test holds them there to let something else happen in between.
package enum TokenStep: Sendable, Hashable, CaseIterable {
    /// Everything is read, nothing is decided.
    case loaded
    /// The transaction is committed, nothing is signed or sent.
    case committed
}

/// `POST /oidc/token` (RFC 6749 §3.2, Core §3.1.3): which tokens does a client get?
///
/// The phases are the same for every ``TokenGrant``: one read, then proof, rules and decision, one write, signatures.
package struct TokenEndpoint: Endpoint {
    package static let path = "/oidc/token"

    private let database: Database
    private let clock: any WallClock
    private let keys: KeyRing
    private let authenticator: ClientAuthenticator
    private let stores: TokenStores
    private let response: TokenResponse
    private let resourceServers: ResourceServerStore
    private let pause: @Sendable (TokenStep) async -> Void

    package init(parts: ProviderParts, pause: @escaping @Sendable (TokenStep) async -> Void = { _ in }) {
        let configuration = parts.configuration
        database = parts.database
        clock = parts.clock
        keys = parts.keys
        authenticator = ClientAuthenticator(parts: parts, endpoint: Self.path)
        stores = TokenStores(parts: parts)
        resourceServers = ResourceServerStore(clients: parts.clients)
        response = TokenResponse(issuer: configuration.issuer, lifetimes: configuration.lifetimes)
        self.pause = pause
    }

    package func mount(on router: Router<ProviderContext>) {
        router.post(RouterPath(Self.path)) { request, _ in try await post(request) }
        CrossOrigin.mountPreflight(at: Self.path, methods: "POST", on: router)
    }

    private func post(_ request: Request) async throws -> Response {
        do {
            let form = try await request.formParameters()
            let answer = try await answer(form, authorization: request.headers[values: .authorization])
            return CrossOrigin.readable(Answer.json(answer))
        } catch let refusal as any Refusal {
            return CrossOrigin.readable(JSONErrors.response(for: refusal))
        }
    }

    /// The answer to one request.
    /// - Throws: ``TokenRefusal``, ``ClientAuthenticationRefusal``.
    package func answer(_ form: OpenIDTypes.Parameters, authorization: [String]) async throws -> JSONValue {
        let credentials = try ClientCredentials(authorization: authorization, form: form)
        guard let type = form["grant_type"] else { throw TokenRefusal.grantTypeMissing }
        switch type {
        case "authorization_code": return try await run(AuthorizationCodeGrant(form), form, credentials)
        case "refresh_token": return try await run(RefreshTokenGrant(form), form, credentials)
        case "client_credentials": return try await run(ClientCredentialsGrant(form), form, credentials)
        default: throw TokenRefusal.grantTypeUnsupported
        }
    }

    private struct Loaded<Facts: Sendable>: Sendable {
        let client: RecognisedClient
        let facts: Facts
        let audience: String?
        let audienceIsKnown: Bool
        let key: SigningKey?
    }

    private func run<Grant: TokenGrant>(
        _ grant: Grant, _ form: OpenIDTypes.Parameters, _ credentials: ClientCredentials
    ) async throws -> JSONValue {
        let now = clock.now
        // 1. Who asks, and what is known: one snapshot.
        let loaded = try await load(grant, resource: form["resource"], credentials, now: now)
        await pause(.loaded)
        // 2. Proof, and what the client is registered for.
        let proven = try await authenticator.prove(loaded.client, now: now)
        let order = TokenOrder(client: proven.client, audience: loaded.audience, now: now)
        // 3. The decision, and 4. what follows from it, in one transaction.
        let decision = decide(grant, loaded, order)
        let tokens = try await commit(grant, decision, proven, order)
        if Grant.isPersonal { FaultPoint.reached(Grant.type == .refreshToken ? .refreshCommitted : .redeemCommitted) }
        await pause(.committed)
        // 5. Signatures.
        return try response.json(tokens, for: order, key: loaded.key)
    }

    private func load<Grant: TokenGrant>(
        _ grant: Grant, resource: String?, _ credentials: ClientCredentials, now: Timestamp
    ) async throws -> Loaded<Grant.Facts> {
        try await database.read { [authenticator, stores, keys, resourceServers] db in
            let recognised = try authenticator.recognise(credentials, in: db)
            let metadata = recognised.client.metadata
            let signs = Grant.isPersonal || metadata.accessTokenFormat == .jwt
            return Loaded(
                client: recognised,
                facts: try grant.load(for: recognised.client, from: stores, in: db, now: now),
                audience: resource,
                audienceIsKnown: try resource.map { try resourceServers.isKnown($0, in: db) } ?? true,
                key: signs ? try keys.signer(metadata.idTokenSignedResponseAlg, in: db, now: now) : nil
            )
        }
    }

    private func decide<Grant: TokenGrant>(
        _ grant: Grant, _ loaded: Loaded<Grant.Facts>, _ order: TokenOrder
    ) -> Result<TokenDecision<Grant.Plan>, TokenRefusal> {
        do throws(TokenRefusal) {
            guard TokenRules.mayUse(Grant.type, order.client.metadata) else { throw .grantTypeNotRegistered }
            guard loaded.audienceIsKnown else { throw .resourceUnknown }
            return .success(try grant.decide(loaded.facts, client: order.client, now: order.now))
        } catch {
            return .failure(error)
        }
    }

    private func commit<Grant: TokenGrant>(
        _ grant: Grant, _ decision: Result<TokenDecision<Grant.Plan>, TokenRefusal>, _ proven: AuthenticatedClient,
        _ order: TokenOrder
    ) async throws -> IssuedTokens {
        // An assertion is used up by a refused request too.
        if case .failure(let refusal) = decision, !proven.usedAssertion { throw refusal }
        let outcome = try await database.write { [authenticator, stores] db -> Result<TokenOutcome, SpentAssertion> in
            guard try authenticator.spend(proven, in: db) else { return .failure(SpentAssertion()) }
            switch decision {
            case .success(.proceed(let plan)):
                return .success(try grant.carryOut(plan, for: order, with: stores, in: db))
            case .success(.revoke(let given, let cause, let refusal)):
                try stores.grants.revokeFamily(given, cause: cause, in: db, now: order.now)
                return .success(.refused(refusal))
            case .failure(let refusal):
                return .success(.refused(refusal))
            }
        }
        switch outcome {
        case .success(.issued(let tokens)): return tokens
        case .success(.refused(let refusal)): throw refusal
        case .failure: throw ClientAuthenticationRefusal.assertionSpent
        }
    }

    private struct SpentAssertion: Error {}
}

extension TokenStores {
    package init(parts: ProviderParts) {
        self.init(
            lifetimes: parts.configuration.lifetimes, keys: parts.keys, sessions: parts.sessions,
            accounts: parts.accounts, subjects: parts.subjects
        )
    }
}
