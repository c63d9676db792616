package import OpenIDTypes
package import SQLStore

/// `refresh_token` (RFC 6749 §6, Core §12, RFC 9700 §4.14): rotated at every use.
package struct RefreshTokenGrant: TokenGrant {
    package static let type = GrantType.refreshToken
    package static let isPersonal = true

    private let token: String
    private let scope: [String]?

    package init(_ form: Parameters) throws(TokenRefusal) {
        guard let token = form["refresh_token"] else { throw .refreshTokenMissing }
        self.token = token
        scope = try TokenRules.scope(form["scope"])
    }

    package struct Facts: Sendable {
        let stored: RefreshTokenStore.Stored?
        let idTokenClaims: JSONObject
    }

    package struct Plan: Sendable {
        let stored: RefreshTokenStore.Stored
        let scope: [String]
        let idTokenClaims: JSONObject
    }

    package func load(
        for client: Client, from stores: TokenStores, in db: any SQLReader, now: Timestamp
    ) throws -> Facts {
        guard let stored = try stores.refreshTokens.find(token, in: db, now: now) else {
            return Facts(stored: nil, idTokenClaims: [:])
        }
        let grant = stored.grant
        let claims = try stores.idTokenClaims(
            grant.claims, scope: scope ?? grant.scope, account: grant.accountID, in: db
        )
        return Facts(stored: stored, idTokenClaims: claims)
    }

    package func decide(
        _ facts: Facts, client: Client, now: Timestamp
    ) throws(TokenRefusal) -> TokenDecision<Plan> {
        let use = try TokenRules.judgeRefresh(facts.stored?.facts, client: client.id, now: now)
        guard let stored = facts.stored else { throw .refreshTokenUnknown }
        if use == .replay { return .revoke(stored.grant.id, .refreshTokenReplayed, .refreshTokenReplayed) }
        let scope = try TokenRules.narrow(stored.grant.scope, to: scope)
        return .proceed(Plan(stored: stored, scope: scope, idTokenClaims: facts.idTokenClaims))
    }

    package func carryOut(
        _ plan: Plan, for order: TokenOrder, with stores: TokenStores, in db: any SQLWriter
    ) throws -> TokenOutcome {
        let grant = plan.stored.grant
        // Before the shared lock: two refreshes that both held it would wait for each other here.
        if grant.kind == .session, plan.stored.sessionNeedsTouch {
            try stores.sessions.touch(grant.sessionID, in: db, now: order.now)
        }
        guard try stores.grants.hold(grant, in: db, now: order.now) else { return .refused(.grantEnded) }
        guard let next = try stores.refreshTokens.rotate(token, of: grant.id, in: db, now: order.now) else {
            return try lostGate(order, stores, in: db)
        }
        let access = try stores.issueAccessToken(for: order, grant: grant.id, scope: plan.scope, in: db)
        FaultPoint.reached(.refreshInTransaction)
        return .issued(
            IssuedTokens(
                accessToken: access.token, format: access.format, accessTokenExpires: access.expires,
                refreshToken: next, scope: plan.scope,
                person: IssuedIdentity(grant: grant, nonce: nil, idTokenClaims: plan.idTokenClaims)
            )
        )
    }

    /// Somebody used the token, or ended its grant, between our read and our write: judged again on what is there now.
    private func lostGate(
        _ order: TokenOrder, _ stores: TokenStores, in db: any SQLWriter
    ) throws -> TokenOutcome {
        let found = try stores.refreshTokens.find(token, in: db, now: order.now)
        let use: TokenRules.Use
        do throws(TokenRefusal) {
            use = try TokenRules.judgeRefresh(found?.facts, client: order.client.id, now: order.now)
        } catch {
            return .refused(error)
        }
        guard use == .replay, let grant = found?.grant else { return .refused(.grantEnded) }
        try stores.grants.revokeFamily(grant.id, cause: .refreshTokenReplayed, in: db, now: order.now)
        return .refused(.refreshTokenReplayed)
    }
}
