import OpenIDTypes
import SQLStore

/// The gate: conditional writes of which only one caller can win each session. The row stays, as history.
struct SessionGate {
    struct Ended: Sendable {
        let id: SessionID
        let account: AccountID
    }

    let db: any SQLWriter
    let now: Timestamp
    let cause: TerminationCause
    let logout: LogoutID

    /// One session. Nil for the loser, who sends nothing and succeeds.
    func close(_ session: SessionID) throws -> Ended? {
        // Expiry decided on an older view: activity since then keeps the session.
        let still: SQL = cause.isExpiry ? " AND deadline <= \(now)" : ""
        let row = try db.row(
            """
            UPDATE sessions SET status = 'ended', ended_at = \(now), ended_cause = \(cause), logout_id = \(logout) \
            WHERE session_id = \(session) AND status = 'active'\(sql: still) RETURNING session_id, account_id
            """
        )
        return try row.map(ended)
    }

    /// An account's sessions up to the cut-off, at most `limit`, the oldest first.
    func close(account: AccountID, upTo cutoff: Int64, limit: Int) throws -> [Ended] {
        try close(
            """
            SELECT session_id, account_id FROM sessions \
            WHERE account_id = \(account) AND status = 'active' AND seq <= \(cutoff) \
            ORDER BY seq LIMIT \(limit) \(forUpdate)
            """
        )
    }

    /// Everyone's sessions up to the cut-off, at most `limit`. A session behind the cut-off cannot be active any more, so
    /// its deadline lies before those of all that began later: by deadline the work is always at the front.
    func closeAll(upTo cutoff: Int64, limit: Int) throws -> [Ended] {
        try close(
            """
            SELECT session_id, account_id FROM sessions WHERE status = 'active' AND seq <= \(cutoff) \
            ORDER BY deadline LIMIT \(limit) \(forUpdate)
            """
        )
    }

    private func close(_ candidates: SQL) throws -> [Ended] {
        let ended = try db.rows(candidates).map(ended)
        for chunk in StatementChunks(ended.map(\.id)) {
            try db.execute(
                """
                UPDATE sessions SET status = 'ended', ended_at = \(now), ended_cause = \(cause), \
                logout_id = \(logout) WHERE session_id IN \(list: chunk)
                """
            )
        }
        return ended
    }

    private func ended(_ row: SQLRow) throws -> Ended {
        Ended(id: try row.value("session_id"), account: try row.value("account_id"))
    }

    /// Who was signed in in these sessions; taken out of the ledger's living part. After the gate: whoever joins a
    /// session has either joined before, and is found here, or finds it closed.
    func takeLedger(of sessions: [SessionID]) throws -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        for chunk in StatementChunks(sessions) {
            entries += try db.rows(
                """
                SELECT \(sql: LedgerEntry.columns(now: now)) FROM session_clients sc \
                JOIN sessions s ON s.session_id = sc.session_id \
                WHERE sc.session_id IN \(list: chunk) AND sc.ended_at IS NULL ORDER BY sc.session_id, sc.client_id
                """
            )
            .map(LedgerEntry.init(row:))
            try db.execute(
                "UPDATE session_clients SET ended_at = \(now) WHERE session_id IN \(list: chunk) AND ended_at IS NULL"
            )
        }
        return entries
    }

    /// Signs people out of one application, while their sessions live on: at most `limit` of those whose grants the
    /// cut-off killed. Its number decides and no clock, as it does for the grants: whoever is signed out hears of
    /// it. Who signed in since has a `sid` whose grants all lie behind the cut-off.
    func takeLedger(of client: ClientID, upTo cutoff: Int64, limit: Int) throws -> [LedgerEntry] {
        let grants: SQL = """
            SELECT 1 FROM grants g WHERE g.session_id = sc.session_id AND g.client_id = sc.client_id AND g.sid = sc.sid
            """
        let found = try db.rows(
            """
            SELECT sc.session_id FROM session_clients sc WHERE sc.client_id = \(client) AND sc.ended_at IS NULL \
            AND (EXISTS (\(sql: grants) AND g.seq <= \(cutoff)) OR NOT EXISTS (\(sql: grants))) \
            ORDER BY sc.session_id LIMIT \(limit) \(forUpdate)
            """
        )
        var entries: [LedgerEntry] = []
        for chunk in StatementChunks(try found.map { try $0.value("session_id", as: SessionID.self) }) {
            entries += try db.rows(
                """
                SELECT \(sql: LedgerEntry.columns(now: now)) FROM session_clients sc \
                JOIN sessions s ON s.session_id = sc.session_id \
                WHERE sc.client_id = \(client) AND sc.session_id IN \(list: chunk)
                """
            )
            .map(LedgerEntry.init(row:))
            try db.execute(
                """
                UPDATE session_clients SET ended_at = \(now) \
                WHERE client_id = \(client) AND session_id IN \(list: chunk)
                """
            )
        }
        return entries
    }
}
