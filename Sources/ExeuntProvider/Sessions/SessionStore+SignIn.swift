package import OpenIDTypes
package import SQLStore

extension SessionStore {
    /// Signs an account in in one browser: a session of its own, or the one that it already has there.
    ///
    /// The browser's secret is new every time, whoever signs in, so that a planted one is worthless. A secret that
    /// is unknown, or was replaced a moment ago in another tab, makes a new browser.
    /// - Throws: ``AccountNotActive``.
    package func signIn(
        account: AccountID,
        userAgentSecret: String?,
        persistent: Bool,
        amr: [String],
        address: String,
        agent: String,
        in db: any SQLWriter,
        now: Timestamp
    ) throws -> SignIn {
        // Held until the commit: an ending of the whole account waits for this session, or this sees the ending.
        let status = try db.row("SELECT status FROM accounts WHERE account_id = \(account) \(forShare)")
        guard try status?.value("status") == AccountStatus.active.rawValue else { throw AccountNotActive() }
        let secret = RandomToken.make()
        let browser = try rotate(userAgentSecret, to: secret, in: db, now: now)
        let expires = now + lifetimes.sessionAbsolute
        let new = NewSession(
            account: account, persistent: persistent, amr: amr.joined(separator: " "), expires: expires,
            deadline: SessionRules.deadline(lastActive: now, expires: expires, idle: lifetimes.sessionIdle),
            address: SessionRules.bounded(address), agent: SessionRules.bounded(agent)
        )
        if let kept = try browser.flatMap({ try renew(new, in: $0, db, now) }) {
            return SignIn(session: kept, newSecret: secret, isNew: false)
        }
        let userAgent = try browser ?? create(secret, in: db, now: now)
        return SignIn(session: try insert(new, in: userAgent, db, now), newSecret: secret, isNew: true)
    }

    private struct NewSession {
        let account: AccountID
        let persistent: Bool
        let amr: String
        let expires: Timestamp
        let deadline: Timestamp
        let address: String
        let agent: String
    }

    private func rotate(
        _ old: String?, to new: String, in db: any SQLWriter, now: Timestamp
    ) throws -> UserAgentID? {
        guard let old else { return nil }
        return try db.row(
            """
            UPDATE user_agents SET secret_hash = \(RandomToken.hash(new)), updated_at = \(now) \
            WHERE secret_hash = \(RandomToken.hash(old)) RETURNING user_agent_id
            """
        )?
        .value("user_agent_id")
    }

    private func create(_ secret: String, in db: any SQLWriter, now: Timestamp) throws -> UserAgentID {
        let id = UserAgentID(OrderedIdentifier.make(at: now))
        try db.execute(
            """
            INSERT INTO user_agents (user_agent_id, secret_hash, created_at, updated_at) \
            VALUES (\(id), \(RandomToken.hash(secret)), \(now), \(now))
            """
        )
        return id
    }

    /// The account's living session in this browser, with a new `auth_time`. Nil if there is none, or it ends just now.
    private func renew(
        _ new: NewSession, in browser: UserAgentID, _ db: any SQLWriter, _ now: Timestamp
    ) throws -> Session? {
        let found = try db.row(
            """
            SELECT s.session_id FROM sessions s WHERE s.user_agent_id = \(browser) AND s.account_id = \(new.account) \
            AND \(sql: Self.aliveCondition(at: now)) ORDER BY s.seq DESC LIMIT 1 \(forUpdate)
            """
        )
        guard let id: SessionID = try found?.value("session_id") else { return nil }
        try db.execute(
            """
            UPDATE sessions SET auth_time = \(now), last_active_at = \(now), expires_at = \(new.expires), \
            deadline = \(new.deadline), amr = \(new.amr), persistent = \(new.persistent), \
            address = \(new.address), agent = \(new.agent) WHERE session_id = \(id)
            """
        )
        return try find(id, in: db)
    }

    private func insert(
        _ new: NewSession, in browser: UserAgentID, _ db: any SQLWriter, _ now: Timestamp
    ) throws -> Session {
        let row = try db.row(
            """
            INSERT INTO sessions (session_id, user_agent_id, account_id, status, auth_time, amr, created_at, \
            last_active_at, expires_at, deadline, persistent, address, agent) \
            VALUES (\(OrderedIdentifier.make(at: now)), \(browser), \(new.account), 'active', \(now), \(new.amr), \
            \(now), \(now), \(new.expires), \(new.deadline), \(new.persistent), \(new.address), \(new.agent)) \
            RETURNING session_id, seq, user_agent_id, account_id, auth_time, created_at, last_active_at, expires_at, \
            deadline, persistent, amr, address, agent, status, ended_at, ended_cause
            """
        )
        guard let row else { throw SQLError.decoding("an inserted session was not returned") }
        return try Session(row: row)
    }
}
