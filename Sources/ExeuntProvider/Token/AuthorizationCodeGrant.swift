import Crypto
package import OpenIDTypes
package import SQLStore

/// `authorization_code` (RFC 6749 §4.1.3, Core §3.1.3, RFC 7636 §4.5).
package struct AuthorizationCodeGrant: TokenGrant {
    package static let type = GrantType.authorizationCode
    package static let isPersonal = true

    private let code: String
    private let redirectURI: String
    private let verifierHash: String?

    package init(_ form: Parameters) throws(TokenRefusal) {
        guard let code = form["code"] else { throw .codeMissing }
        guard let redirectURI = form["redirect_uri"] else { throw .redirectURIMissing }
        self.code = code
        self.redirectURI = redirectURI
        guard let verifier = form["code_verifier"] else {
            verifierHash = nil
            return
        }
        guard TokenRules.isVerifier(verifier) else { throw .verifierMalformed }
        verifierHash = Base64URL.encode(SHA256.hash(data: Array(verifier.utf8)))
    }

    package struct Facts: Sendable {
        let code: AuthorizationCodeStore.Stored?
        let idTokenClaims: JSONObject
        let subject: Subject?
    }

    package struct Plan: Sendable {
        let code: AuthorizationCodeStore.Stored
        let idTokenClaims: JSONObject
        let subject: Subject
    }

    package func load(
        for client: Client, from stores: TokenStores, in db: any SQLReader, now: Timestamp
    ) throws -> Facts {
        guard let code = try stores.codes.find(code, in: db) else {
            return Facts(code: nil, idTokenClaims: [:], subject: nil)
        }
        let record = code.record
        let claims = try stores.idTokenClaims(record.claims, scope: record.scope, account: record.accountID, in: db)
        return Facts(
            code: code, idTokenClaims: claims, subject: stores.subjects.subject(of: record.accountID, for: client)
        )
    }

    package func decide(
        _ facts: Facts, client: Client, now: Timestamp
    ) throws(TokenRefusal) -> TokenDecision<Plan> {
        let known = facts.code.map { code in
            CodeFacts(
                clientID: code.record.clientID, redirectURI: code.record.redirectURI,
                codeChallenge: code.record.codeChallenge, expiresAt: code.expiresAt, redeemed: code.isRedeemed
            )
        }
        let use = try TokenRules.judgeCode(
            known, client: client.id, redirectURI: redirectURI, verifierHash: verifierHash, now: now
        )
        guard let code = facts.code, let subject = facts.subject else { throw .codeUnknown }
        if use == .replay {
            guard let given = code.grantID else { throw .codeReused }
            return .revoke(given, .codeReused, .codeReused)
        }
        return .proceed(Plan(code: code, idTokenClaims: facts.idTokenClaims, subject: subject))
    }

    /// Gates first, in an order that no other transaction turns around: client and account, code, session.
    package func carryOut(
        _ plan: Plan, for order: TokenOrder, with stores: TokenStores, in db: any SQLWriter
    ) throws -> TokenOutcome {
        let record = plan.code.record
        guard try stores.grants.holdParties(record.clientID, record.accountID, in: db) else {
            return .refused(.sessionEnded)
        }
        let id = GrantID(OrderedIdentifier.make(at: order.now))
        guard try stores.codes.redeem(code, as: id, in: db, now: order.now) else {
            return try lostGate(stores, in: db, now: order.now)
        }
        let joined = try stores.sessions.join(
            record.sessionID, client: order.client, subject: plan.subject, in: db, now: order.now
        )
        guard let sid = joined else { return .refused(.sessionEnded) }
        let grant = Grant(
            id: id, kind: record.offline ? .offline : .session, sessionID: record.sessionID,
            accountID: record.accountID, clientID: order.client.id, sid: sid, subject: plan.subject,
            scope: record.scope, claims: record.claims, nonce: record.nonce, authTime: record.authTime,
            amr: record.amr
        )
        try stores.grants.insert(grant, in: db, now: order.now)
        let access = try stores.issueAccessToken(for: order, grant: id, scope: record.scope, in: db)
        let refreshes = TokenRules.mayUse(.refreshToken, order.client.metadata)
        let refresh = refreshes ? try stores.refreshTokens.issue(for: id, in: db, now: order.now) : nil
        FaultPoint.reached(.redeemInTransaction)
        return .issued(
            IssuedTokens(
                accessToken: access.token, format: access.format, accessTokenExpires: access.expires,
                refreshToken: refresh, scope: record.scope,
                person: IssuedIdentity(grant: grant, nonce: record.nonce, idTokenClaims: plan.idTokenClaims)
            )
        )
    }

    /// Somebody redeemed it between our read and our write; that is a reuse like any other.
    private func lostGate(_ stores: TokenStores, in db: any SQLWriter, now: Timestamp) throws -> TokenOutcome {
        // A logout of the client takes its codes away.
        guard let found = try stores.codes.find(code, in: db) else { return .refused(.sessionEnded) }
        guard let given = found.grantID else { return .refused(.codeExpired) }
        try stores.grants.revokeFamily(given, cause: .codeReused, in: db, now: now)
        return .refused(.codeReused)
    }
}
