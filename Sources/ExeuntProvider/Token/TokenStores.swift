package import OpenIDTypes
package import SQLStore

/// The stores that grants read and write, and the two steps that several of them share.
package struct TokenStores: Sendable {
    package let codes: AuthorizationCodeStore
    package let grants: GrantStore
    package let refreshTokens: RefreshTokenStore
    package let accessTokens: AccessTokenStore
    package let sessions: SessionStore
    package let accounts: AccountDirectory
    package let subjects: SubjectIdentifiers
    package let lifetimes: Lifetimes

    package init(
        lifetimes: Lifetimes, keys: KeyRing, sessions: SessionStore, accounts: AccountDirectory,
        subjects: SubjectIdentifiers
    ) {
        codes = AuthorizationCodeStore(lifetime: lifetimes.code)
        grants = GrantStore(lifetimes: lifetimes)
        refreshTokens = RefreshTokenStore()
        accessTokens = AccessTokenStore(keys: keys)
        self.sessions = sessions
        self.accounts = accounts
        self.subjects = subjects
        self.lifetimes = lifetimes
    }

    /// Makes and stores the access token of an order.
    package func issueAccessToken(
        for order: TokenOrder, grant: GrantID?, scope: [String], in db: any SQLWriter
    ) throws -> (token: String, format: AccessTokenFormat, expires: Timestamp) {
        let token = RandomToken.make()
        let format = order.client.metadata.accessTokenFormat
        let lifetime = format == .jwt ? lifetimes.jwtAccessToken : lifetimes.accessToken
        let expires = order.now + lifetime
        try accessTokens.insert(
            format == .jwt ? .jwt(jti: token) : .opaque(token), grant: grant, client: order.client.id, scope: scope,
            audience: order.audience, expires: expires, in: db, now: order.now
        )
        return (token, format, expires)
    }

    /// The claims that the `claims` parameter wants in the ID token; without it the account is not even read.
    package func idTokenClaims(
        _ request: JSONValue?, scope: [String], account: AccountID, in db: any SQLReader
    ) throws -> JSONObject {
        guard scope.contains(KnownScope.openid.rawValue), let wanted = request?["id_token"], wanted.object != nil,
            let person = try accounts.find(account, in: db)
        else { return [:] }
        return ClaimsRules.claims(for: person, scopes: [], claimsRequest: wanted)
    }
}
