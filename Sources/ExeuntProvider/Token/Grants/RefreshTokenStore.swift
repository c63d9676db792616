package import OpenIDTypes
package import SQLStore

/// The SQL of refresh tokens: stored hashed, replaced at every use.
package struct RefreshTokenStore: Sendable {
    /// Replaced tokens are remembered this long, so that a replay of one ends its family. No grant of a session lives
    /// longer with the default lifetimes.
    package static let memory: Duration = .seconds(30 * 86_400)

    package init() {}

    /// A refresh token and the grant that it belongs to.
    package struct Stored: Sendable {
        package let grant: Grant
        package let facts: RefreshFacts
        /// Whether the session's activity is to be written.
        package let sessionNeedsTouch: Bool
    }

    /// Makes a refresh token of 256 random bits.
    package func issue(for grant: GrantID, in db: any SQLWriter, now: Timestamp) throws -> String {
        let token = RandomToken.make()
        try insert(RandomToken.hash(token), for: grant, in: db, now: now)
        return token
    }

    private func insert(_ hash: [UInt8], for grant: GrantID, in db: any SQLWriter, now: Timestamp) throws {
        try db.execute(
            """
            INSERT INTO refresh_tokens (token_hash, grant_id, status, created_at) \
            VALUES (\(hash), \(grant), 'active', \(now))
            """
        )
    }

    /// The token, if it was ever given and is not forgotten yet, whatever its state.
    package func find(_ token: String, in db: any SQLReader, now: Timestamp) throws -> Stored? {
        let row = try db.row(Self.query(token, now: now))
        guard let row else { return nil }
        let grant = try Grant(row: row)
        let active: Timestamp? = try row.optional("last_active_at")
        return Stored(
            grant: grant,
            facts: RefreshFacts(
                clientID: grant.clientID, rotation: try Self.rotation(row), grantIsAlive: try row.value("alive")
            ),
            sessionNeedsTouch: active.map { now - $0 >= Session.touchInterval } ?? false
        )
    }

    /// Goes from key to key.
    package static func query(_ token: String, now: Timestamp) -> SQL {
        """
        SELECT r.rotated_at, n.status AS next_status, l.last_active_at, \
        CASE WHEN \(sql: GrantStore.isAlive(at: now)) THEN 1 ELSE 0 END AS alive, \(sql: Grant.columns) \
        FROM refresh_tokens r JOIN grants g ON g.grant_id = r.grant_id \
        LEFT JOIN refresh_tokens n ON n.token_hash = r.successor_hash \
        LEFT JOIN sessions l ON l.session_id = g.session_id \
        WHERE r.token_hash = \(RandomToken.hash(token))
        """
    }

    private static func rotation(_ row: SQLRow) throws -> RefreshFacts.Rotation {
        guard let moment: Timestamp = try row.optional("rotated_at") else { return .current }
        return .replaced(at: moment, successorIsCurrent: try row.optional("next_status") == "active")
    }

    /// The gate: replaces the token by a new one. Of any number of refreshes with one token exactly one gets a
    /// successor, and none once the grant has ended.
    package func rotate(_ token: String, of grant: GrantID, in db: any SQLWriter, now: Timestamp) throws -> String? {
        let next = RandomToken.make()
        let hash = RandomToken.hash(next)
        let changed = try db.execute(
            """
            UPDATE refresh_tokens SET status = 'rotated', rotated_at = \(now), successor_hash = \(hash) \
            WHERE token_hash = \(RandomToken.hash(token)) AND grant_id = \(grant) AND status = 'active' \
            AND EXISTS (SELECT 1 FROM grants g WHERE g.grant_id = refresh_tokens.grant_id \
            AND \(sql: GrantStore.isAlive(at: now)))
            """
        )
        guard changed == 1 else { return nil }
        try insert(hash, for: grant, in: db, now: now)
        return next
    }

    /// The grant of a token in any state, for revocation.
    package func grant(of token: String, in db: any SQLReader) throws -> (id: GrantID, client: ClientID)? {
        let row = try db.row(
            """
            SELECT g.grant_id, g.client_id FROM refresh_tokens r JOIN grants g ON g.grant_id = r.grant_id \
            WHERE r.token_hash = \(RandomToken.hash(token))
            """
        )
        return try row.map { (id: try $0.value("grant_id"), client: try $0.value("client_id")) }
    }

    /// Forgets replaced tokens, oldest first, at most `limit`; returns how many.
    @discardableResult
    package static func purgeExpired(in db: any SQLWriter, now: Timestamp, limit: Int) throws -> Int {
        try db.execute(
            """
            DELETE FROM refresh_tokens WHERE token_hash IN (SELECT token_hash FROM refresh_tokens \
            WHERE rotated_at < \(now - memory) AND rotated_at IS NOT NULL ORDER BY rotated_at LIMIT \(limit))
            """
        )
    }
}
