package import OpenIDTypes
package import SQLStore

/// The SQL of grants.
package struct GrantStore: Sendable {
    package let lifetimes: Lifetimes

    package init(lifetimes: Lifetimes = Lifetimes()) {
        self.lifetimes = lifetimes
    }

    /// The highest grant that a logout of everyone ended.
    package static let globalCutoff: SQL =
        "COALESCE((SELECT CAST(gm.value AS BIGINT) FROM meta gm WHERE gm.key = 'cutoff_grant'), 0)"

    /// Whether the grant `g` lives at `now`; every use of every token asks this and nothing else. One that hangs on a
    /// session needs no update to die with it.
    package static func isAlive(at now: Timestamp) -> SQL {
        """
        g.status = 'active' AND g.seq > \(sql: globalCutoff) \
        AND EXISTS (SELECT 1 FROM clients gc WHERE gc.client_id = g.client_id AND gc.status = 'active' \
        AND gc.cutoff_grant < g.seq AND (g.kind = 'offline' OR gc.cutoff_session < g.seq)) \
        AND EXISTS (SELECT 1 FROM accounts ga WHERE ga.account_id = g.account_id AND ga.status = 'active' \
        AND ga.cutoff_grant < g.seq) \
        AND ((g.kind = 'offline' AND g.expires_at > \(now)) \
        OR (g.kind = 'session' AND EXISTS (SELECT 1 FROM sessions s WHERE s.session_id = g.session_id \
        AND \(sql: SessionStore.aliveCondition(at: now)))))
        """
    }

    /// Keeps the client and the account from a cut-off until the caller's transaction ends: a grant that is made in it
    /// comes either before the cut-off, which then counts it in, or finds it. False if one of them is not active.
    package func holdParties(_ client: ClientID, _ account: AccountID, in db: any SQLWriter) throws -> Bool {
        try db.row(
            """
            SELECT c.client_id FROM clients c, accounts a WHERE c.client_id = \(client) AND c.status = 'active' \
            AND a.account_id = \(account) AND a.status = 'active' \(forShare)
            """
        ) != nil
    }

    /// An offline grant ends when it was not used for long; one in a session with that, and `expires_at` only says when
    /// clean-up may look at it.
    package func insert(_ grant: Grant, in db: any SQLWriter, now: Timestamp) throws {
        let expires: SQL =
            grant.kind == .offline
            ? "\(now + lifetimes.offlineIdle)"
            : "(SELECT expires_at FROM sessions WHERE session_id = \(grant.sessionID))"
        try db.execute(
            """
            INSERT INTO grants (grant_id, kind, session_id, account_id, client_id, sid, sub, scope, claims, nonce, \
            auth_time, amr, status, created_at, expires_at) VALUES (\(grant.id), \(grant.kind), \(grant.sessionID), \
            \(grant.accountID), \(grant.clientID), \(grant.sid), \(grant.subject), \
            \(grant.scope.joined(separator: " ")), \(grant.claimsText), \(grant.nonce), \(grant.authTime), \
            \(grant.amr.joined(separator: " ")), 'active', \(now), \(sql: expires))
            """
        )
    }

    /// Keeps what the grant hangs on from ending until the caller's transaction ends: its session, or, as that is
    /// nothing to it, an offline grant itself, whose use counts. False if it is over already (A-71, A-72).
    ///
    /// The conditions stand on the locked row itself: PostgreSQL looks at its newest version after waiting for the
    /// lock, but not at those of other tables.
    package func hold(_ grant: Grant, in db: any SQLWriter, now: Timestamp) throws -> Bool {
        switch grant.kind {
        case .session:
            try db.row(
                """
                SELECT s.seq FROM sessions s WHERE s.session_id = \(grant.sessionID) \
                AND \(sql: SessionStore.aliveCondition(at: now)) \(forShare)
                """
            ) != nil
        case .offline:
            try db.execute(
                """
                UPDATE grants SET expires_at = \(now + lifetimes.offlineIdle) \
                WHERE grant_id = \(grant.id) AND status = 'active' AND expires_at > \(now)
                """
            ) == 1
        }
    }

    package func isAlive(_ id: GrantID, in db: any SQLReader, now: Timestamp) throws -> Bool {
        try db.row("SELECT g.seq FROM grants g WHERE g.grant_id = \(id) AND \(sql: Self.isAlive(at: now))") != nil
    }

    /// Ends the grant and with it every token of the family, at the commit. The session lives on. False if it was
    /// ended before.
    @discardableResult
    package func revokeFamily(
        _ id: GrantID, cause: RevocationCause, in db: any SQLWriter, now: Timestamp
    ) throws -> Bool {
        let row = try db.row(
            """
            UPDATE grants SET status = 'revoked', ended_at = \(now), ended_cause = \(cause) \
            WHERE grant_id = \(id) AND status = 'active' RETURNING client_id
            """
        )
        guard let row else { return false }
        try AuditTrail.record(
            actor: "client:\(try row.value("client_id", as: ClientID.self))", action: "grant.revoked",
            object: id.rawValue, detail: ["cause": .string(cause.rawValue)], in: db, now: now
        )
        return true
    }

    /// Removes grants that are over, and what is left of their refresh tokens; oldest first, at most `limit` rows of
    /// each. Returns how many rows it went through.
    @discardableResult
    package static func purgeExpired(in db: any SQLWriter, now: Timestamp, limit: Int) throws -> Int {
        // Signing in again keeps the session and moves its end: look again then.
        let kept = try db.execute(
            """
            UPDATE grants SET expires_at = (SELECT s.expires_at FROM sessions s \
            WHERE s.session_id = grants.session_id) WHERE grant_id IN (SELECT old.grant_id FROM \
            (SELECT grant_id, session_id, kind FROM grants WHERE expires_at < \(now) \
            ORDER BY expires_at LIMIT \(limit)) AS old JOIN sessions s ON s.session_id = old.session_id \
            WHERE old.kind = 'session' AND s.status = 'active' AND s.expires_at >= \(now))
            """
        )
        let tokens = try db.execute(
            """
            DELETE FROM refresh_tokens WHERE token_hash IN (SELECT r.token_hash FROM \
            (SELECT grant_id FROM grants WHERE expires_at < \(now) ORDER BY expires_at LIMIT \(limit)) AS old \
            JOIN refresh_tokens r ON r.grant_id = old.grant_id LIMIT \(limit))
            """
        )
        let grants = try db.execute(
            """
            DELETE FROM grants WHERE grant_id IN (SELECT old.grant_id FROM \
            (SELECT grant_id FROM grants WHERE expires_at < \(now) ORDER BY expires_at LIMIT \(limit)) AS old \
            WHERE NOT EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.grant_id = old.grant_id))
            """
        )
        return kept + tokens + grants
    }
}

/// Why a grant was revoked for itself, without a logout.
package enum RevocationCause: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLReadable {
    case codeReused = "code_reused"
    case refreshTokenReplayed = "refresh_token_replayed"
    case revokedByClient = "revoked_by_client"
}
