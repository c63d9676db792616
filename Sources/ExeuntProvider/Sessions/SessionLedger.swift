package import OpenIDTypes
package import SQLStore

// The ledger: which application is signed in in which session, and as whom.
extension SessionStore {
    /// Signs an application in in a living session, and returns its `sid` there: always the same one, until the
    /// application is signed out while the session lives on. Nil if the session is not alive: then nothing may be given
    /// out for it.
    ///
    /// The session's row is locked against ending until the caller's transaction ends. An ending comes either before,
    /// and this finds a dead session, or after, and finds this application in the ledger.
    package func join(
        _ id: SessionID, client: Client, subject: Subject, in db: any SQLWriter, now: Timestamp
    ) throws -> SID? {
        let alive = try db.row(
            """
            SELECT s.seq FROM sessions s WHERE s.session_id = \(id) AND \(sql: Self.aliveCondition(at: now)) \
            \(forShare)
            """
        )
        guard alive != nil else { return nil }
        // A `sid` that was told to the application as ended is never given out again.
        return try db.row(
            """
            INSERT INTO session_clients (session_id, client_id, sid, sub, joined_at, last_at) \
            VALUES (\(id), \(client.id), \(RandomToken.make(bytes: 16)), \(subject), \(now), \(now)) \
            ON CONFLICT (session_id, client_id) DO UPDATE SET last_at = excluded.last_at, sub = excluded.sub, \
            sid = CASE WHEN session_clients.ended_at IS NULL THEN session_clients.sid ELSE excluded.sid END, \
            joined_at = CASE WHEN session_clients.ended_at IS NULL THEN session_clients.joined_at \
            ELSE excluded.joined_at END, \
            ended_at = NULL RETURNING sid
            """
        )?
        .value("sid")
    }

    /// The application's `sid` in the session, if it ever joined.
    package func sid(of session: SessionID, client: ClientID, in db: any SQLReader) throws -> SID? {
        try db.row(
            "SELECT sid FROM session_clients WHERE session_id = \(session) AND client_id = \(client)"
        )?
        .value("sid")
    }

    /// The applications that are signed in in the session, for the operator.
    package func clients(of session: SessionID, in db: any SQLReader) throws -> [ClientID] {
        try db.rows(
            """
            SELECT client_id FROM session_clients WHERE session_id = \(session) AND ended_at IS NULL \
            ORDER BY client_id
            """
        )
        .map { try $0.value("client_id") }
    }
}
