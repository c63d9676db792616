import OpenIDTypes
import SQLStore

/// Makes everything of an account, an application or the whole provider die at this commit, however much it is: one
/// number that every gate compares with (`seq` grows, clocks do not decide, A-84).
struct TerminationCutoff {
    let db: any SQLWriter
    let now: Timestamp

    /// The first number that is not concerned is the one after it.
    func close(_ scope: TerminationScope, offline: Bool) throws -> Int64 {
        switch scope {
        case .session, .sessions: return 0
        case .account(let account): return try close(account, offline: offline)
        case .client(let client): return try close(client, offline: offline)
        case .everyone: return try closeEverything(offline: offline)
        }
    }

    /// The account's row is locked first: a sign-in that is under way commits before, or finds the cut-off.
    private func close(_ account: AccountID, offline: Bool) throws -> Int64 {
        _ = try db.row("SELECT account_id FROM accounts WHERE account_id = \(account) \(forUpdate)")
        let cutoff = try lastSession()
        let grants = offline ? try lastGrant() : 0
        try db.execute(
            """
            UPDATE accounts SET cutoff_session = \(cutoff), \
            cutoff_grant = CASE WHEN cutoff_grant > \(grants) THEN cutoff_grant ELSE \(grants) END \
            WHERE account_id = \(account)
            """
        )
        return cutoff
    }

    /// Sessions live on; what the application got through them does not: `cutoff_session` is over its grants of kind
    /// `session`, `cutoff_grant` over all of them. Codes under way give nothing any more.
    private func close(_ client: ClientID, offline: Bool) throws -> Int64 {
        _ = try db.row("SELECT client_id FROM clients WHERE client_id = \(client) \(forUpdate)")
        // Only codes that are valid now, at most a minute's worth, are looked at.
        try db.execute(
            "DELETE FROM authorization_codes WHERE expires_at > \(now) AND client_id = \(client) AND redeemed_at IS NULL"
        )
        let cutoff = try lastGrant()
        let all = offline ? cutoff : 0
        try db.execute(
            """
            UPDATE clients SET cutoff_session = \(cutoff), \
            cutoff_grant = CASE WHEN cutoff_grant > \(all) THEN cutoff_grant ELSE \(all) END \
            WHERE client_id = \(client)
            """
        )
        return cutoff
    }

    private func closeEverything(offline: Bool) throws -> Int64 {
        let cutoff = try lastSession()
        try set("cutoff_session", cutoff)
        if offline { try set("cutoff_grant", try lastGrant()) }
        return cutoff
    }

    private func lastSession() throws -> Int64 {
        try db.row("SELECT COALESCE(MAX(seq), 0) AS last FROM sessions")?.value("last") ?? 0
    }

    private func lastGrant() throws -> Int64 {
        try db.row("SELECT COALESCE(MAX(seq), 0) AS last FROM grants")?.value("last") ?? 0
    }

    private func set(_ key: String, _ value: Int64) throws {
        try db.execute(
            """
            INSERT INTO meta (key, value) VALUES (\(key), \(String(value))) \
            ON CONFLICT (key) DO UPDATE SET value = excluded.value
            """
        )
    }
}
