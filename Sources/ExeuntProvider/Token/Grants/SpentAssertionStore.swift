package import OpenIDTypes
package import SQLStore

/// The SQL of client assertions that were used: each counts once (RFC 7523 §3, `jti`).
package struct SpentAssertionStore: Sendable {
    package init() {}

    /// The gate: true for the first use of this `jti` by this client.
    package func spend(
        jti: String, of client: ClientID, expires: Timestamp, in db: any SQLWriter
    ) throws -> Bool {
        try db.execute(
            """
            INSERT INTO spent_assertions (jti_hash, expires_at) \
            VALUES (\(RandomToken.hash("\(client.rawValue)\0\(jti)")), \(expires)) ON CONFLICT (jti_hash) DO NOTHING
            """
        ) == 1
    }

    /// Forgets assertions that have expired, oldest first, at most `limit`; returns how many.
    @discardableResult
    package static func purgeExpired(in db: any SQLWriter, now: Timestamp, limit: Int) throws -> Int {
        try db.execute(
            """
            DELETE FROM spent_assertions WHERE jti_hash IN (SELECT jti_hash FROM spent_assertions \
            WHERE expires_at < \(now) ORDER BY expires_at LIMIT \(limit))
            """
        )
    }
}
