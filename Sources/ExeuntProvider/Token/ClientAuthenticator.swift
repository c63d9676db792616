package import OpenIDTypes
package import SQLStore

/// A client that showed credentials. Only ``ClientAuthenticator/prove(_:now:)`` makes an ``AuthenticatedClient`` of it.
package struct RecognisedClient: Sendable {
    package let client: Client
    let pending: CompactJWS?

    fileprivate init(client: Client, pending: CompactJWS?) {
        self.client = client
        self.pending = pending
    }
}

/// A client that proved who it is.
package struct AuthenticatedClient: Sendable {
    package let client: Client
    /// What it used up by that.
    fileprivate let assertion: (jti: String, expires: Timestamp)?

    fileprivate init(client: Client, assertion: (jti: String, expires: Timestamp)?) {
        self.client = client
        self.assertion = assertion
    }

    package var usedAssertion: Bool { assertion != nil }
}

/// Client authentication (RFC 6749 §2.3, Core §9), the same at the token, introspection and revocation endpoints.
package struct ClientAuthenticator: Sendable {
    private let clients: ClientRegistry
    private let keys: ClientKeySource
    private let audiences: [String]
    private let spent = SpentAssertionStore()

    /// - Parameter endpoint: this endpoint's path; an assertion may name its address or the issuer.
    package init(clients: ClientRegistry, keys: ClientKeySource, issuer: Issuer, endpoint: String) {
        self.clients = clients
        self.keys = keys
        // Older clients name the token endpoint everywhere (RFC 7523 §3, Core §9).
        audiences = [issuer.text, issuer.url("/oidc/token"), issuer.url(endpoint)]
    }

    /// Finds the client and checks all that the database alone can tell, in the caller's read block.
    /// - Throws: ``ClientAuthenticationRefusal``.
    package func recognise(_ credentials: ClientCredentials, in db: any SQLReader) throws -> RecognisedClient {
        let client = try clients.find(credentials.clientID, in: db)
        let verdict = try ClientAuthenticationRules.judge(
            credentials,
            registered: client?.metadata.tokenEndpointAuthMethod,
            secretMatches: Self.secretMatches(credentials, stored: client?.secretHash)
        )
        guard let client else { throw ClientAuthenticationRefusal.clientUnknown }
        if case .needsKey(let jws) = verdict { return RecognisedClient(client: client, pending: jws) }
        return RecognisedClient(client: client, pending: nil)
    }

    /// An unknown client costs the same comparison as a known one.
    private static func secretMatches(_ credentials: ClientCredentials, stored: [UInt8]?) -> Bool {
        switch credentials {
        case .none, .assertion: return false
        case .basic(_, let secret), .post(_, let secret):
            let equal = RandomToken.constantTimeEqual(
                RandomToken.hash(secret), stored ?? [UInt8](repeating: 0, count: 32))
            return equal && stored != nil
        }
    }

    /// Verifies what needs the client's keys, which may have to be fetched.
    /// - Throws: ``ClientAuthenticationRefusal``.
    package func prove(_ recognised: RecognisedClient, now: Timestamp) async throws -> AuthenticatedClient {
        let client = recognised.client
        guard let jws = recognised.pending else { return AuthenticatedClient(client: client, assertion: nil) }
        let allowed = client.metadata.tokenEndpointAuthSigningAlg.map { [$0] } ?? SigningAlgorithm.allCases
        guard let claims = try await keys.verify(jws, of: client, allowed: allowed, now: now) else {
            throw ClientAuthenticationRefusal.assertionNotVerified
        }
        let assertion = try ClientAuthenticationRules.checkAssertion(
            claims, client: client.id, audiences: audiences, now: now
        )
        return AuthenticatedClient(client: client, assertion: assertion)
    }

    /// Uses the assertion up, in the transaction of what it allows. False if it was used before.
    package func spend(_ client: AuthenticatedClient, in db: any SQLWriter) throws -> Bool {
        guard let assertion = client.assertion else { return true }
        return try spent.spend(jti: assertion.jti, of: client.client.id, expires: assertion.expires, in: db)
    }
}

extension ClientAuthenticator {
    package init(parts: ProviderParts, endpoint: String) {
        self.init(
            clients: parts.clients, keys: ClientKeySource(outgoing: parts.outgoing),
            issuer: parts.configuration.issuer, endpoint: endpoint
        )
    }
}
