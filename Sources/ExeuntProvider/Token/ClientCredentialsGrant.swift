package import OpenIDTypes
package import SQLStore

/// `client_credentials` (RFC 6749 §4.4): the client of its own accord. No person, no ID token, no refresh token.
package struct ClientCredentialsGrant: TokenGrant {
    package static let type = GrantType.clientCredentials
    package static let isPersonal = false

    private let scope: [String]?

    package init(_ form: Parameters) throws(TokenRefusal) {
        scope = try TokenRules.scope(form["scope"])
    }

    package func load(
        for client: Client, from stores: TokenStores, in db: any SQLReader, now: Timestamp
    ) throws {}

    package func decide(
        _ facts: Void, client: Client, now: Timestamp
    ) throws(TokenRefusal) -> TokenDecision<[String]> {
        // RFC 6749 §4.4: only clients that can keep a secret.
        guard !client.metadata.isPublic else { throw .publicClient }
        return .proceed(try TokenRules.clientScope(requested: scope, registered: client.metadata.scope))
    }

    package func carryOut(
        _ scope: [String], for order: TokenOrder, with stores: TokenStores, in db: any SQLWriter
    ) throws -> TokenOutcome {
        let access = try stores.issueAccessToken(for: order, grant: nil, scope: scope, in: db)
        return .issued(
            IssuedTokens(
                accessToken: access.token, format: access.format, accessTokenExpires: access.expires,
                refreshToken: nil, scope: scope, person: nil
            )
        )
    }
}
