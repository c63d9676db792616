package import OpenIDTypes
package import SQLStore

/// The SQL of sessions and of the ledger, which says who is signed in where.
package struct SessionStore: Sendable {
    package let lifetimes: Lifetimes

    package init(lifetimes: Lifetimes) {
        self.lifetimes = lifetimes
    }

    /// Whether the session `s` lives at `now`. Everything that hangs on a session joins it and repeats this condition;
    /// cut-offs make any number of sessions die at the commit that writes them.
    package static func aliveCondition(at now: Timestamp) -> SQL {
        """
        s.status = 'active' AND s.deadline > \(now) \
        AND s.seq > COALESCE((SELECT CAST(m.value AS BIGINT) FROM meta m WHERE m.key = 'cutoff_session'), 0) \
        AND EXISTS (SELECT 1 FROM accounts a WHERE a.account_id = s.account_id \
        AND a.status = 'active' AND a.cutoff_session < s.seq)
        """
    }

    /// The living sessions of the browser whose cookie this is, the latest sign-in first.
    package func browserSessions(secret: String, in db: any SQLReader, now: Timestamp) throws -> [Session] {
        try db.rows(
            """
            SELECT \(sql: Session.columns) FROM user_agents u JOIN sessions s ON s.user_agent_id = u.user_agent_id \
            WHERE u.secret_hash = \(RandomToken.hash(secret)) AND \(sql: Self.aliveCondition(at: now)) \
            ORDER BY s.auth_time DESC, s.seq DESC
            """
        )
        .map(Session.init(row:))
    }

    package func alive(_ id: SessionID, in db: any SQLReader, now: Timestamp) throws -> Session? {
        try db.row(
            """
            SELECT \(sql: Session.columns) FROM sessions s \
            WHERE s.session_id = \(id) AND \(sql: Self.aliveCondition(at: now))
            """
        )
        .map(Session.init(row:))
    }

    /// The session as it is, alive or ended.
    package func find(_ id: SessionID, in db: any SQLReader) throws -> Session? {
        try db.row("SELECT \(sql: Session.columns) FROM sessions s WHERE s.session_id = \(id)").map(Session.init(row:))
    }

    /// Counts as activity: moves the idle end, at most once a minute.
    package func touch(_ id: SessionID, in db: any SQLWriter, now: Timestamp) throws {
        let idle = (now + lifetimes.sessionIdle).milliseconds
        try db.execute(
            """
            UPDATE sessions SET last_active_at = \(now), \
            deadline = CASE WHEN expires_at < \(idle) THEN expires_at ELSE \(idle) END \
            WHERE session_id = \(id) AND status = 'active' AND deadline > \(now) \
            AND last_active_at <= \(now - Session.touchInterval)
            """
        )
    }

    /// The living session that an application knows as `sid`, or the ended one.
    package func session(
        ofSID sid: SID, client: ClientID, in db: any SQLReader, now: Timestamp
    ) throws -> (id: SessionID, alive: Bool)? {
        let row = try db.row(
            "SELECT session_id FROM session_clients WHERE sid = \(sid) AND client_id = \(client)"
        )
        guard let id: SessionID = try row?.value("session_id") else { return nil }
        return (id, try alive(id, in: db, now: now) != nil)
    }

    /// For the operator: the newest first.
    package func list(
        account: AccountID?, includeEnded: Bool = false, limit: Int = 1000, in db: any SQLReader, now: Timestamp
    ) throws -> [Session] {
        let account: SQL = account.map { "s.account_id = \($0)" } ?? "1 = 1"
        let alive = includeEnded ? "1 = 1" : Self.aliveCondition(at: now)
        return try db.rows(
            """
            SELECT \(sql: Session.columns) FROM sessions s WHERE \(sql: account) AND \(sql: alive) \
            ORDER BY s.seq DESC LIMIT \(limit)
            """
        )
        .map(Session.init(row:))
    }
}
