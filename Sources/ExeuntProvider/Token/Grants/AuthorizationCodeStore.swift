package import OpenIDTypes
package import SQLStore

/// The SQL of authorization codes (RFC 6749 §4.1.2): stored hashed, redeemed once.
package struct AuthorizationCodeStore: Sendable {
    package let lifetime: Duration

    /// Redeemed codes are remembered this long after they expire, so that a reuse revokes what they gave.
    package static let memory: Duration = .seconds(3600)

    package init(lifetime: Duration = Lifetimes().code) {
        self.lifetime = lifetime
    }

    /// A code as it is stored.
    package struct Stored: Sendable {
        package let record: AuthorizationCodeRecord
        package let expiresAt: Timestamp
        /// What it gave, once it was redeemed.
        package let grantID: GrantID?
        package let isRedeemed: Bool
    }

    /// Makes a code of 256 random bits for what was granted.
    package func issue(_ record: AuthorizationCodeRecord, in db: any SQLWriter, now: Timestamp) throws -> String {
        let code = RandomToken.make()
        try db.execute(
            """
            INSERT INTO authorization_codes (code_hash, session_id, client_id, request, expires_at) \
            VALUES (\(RandomToken.hash(code)), \(record.sessionID), \(record.clientID), \
            \(record.json.serialized()), \(now + lifetime))
            """
        )
        return code
    }

    /// The code, if it was ever given and is not forgotten yet, whatever its state.
    package func find(_ code: String, in db: any SQLReader) throws -> Stored? {
        let row = try db.row(
            """
            SELECT session_id, client_id, request, expires_at, redeemed_at, grant_id \
            FROM authorization_codes WHERE code_hash = \(RandomToken.hash(code))
            """
        )
        guard let row else { return nil }
        let request: String = try row.value("request")
        let record = AuthorizationCodeRecord(
            json: try JSONValue.parse(Array(request.utf8)), clientID: try row.value("client_id"),
            sessionID: try row.value("session_id")
        )
        guard let record else { throw SQLError.decoding("an authorization code's request cannot be read") }
        return Stored(
            record: record, expiresAt: try row.value("expires_at"), grantID: try row.optional("grant_id"),
            isRedeemed: try row.optional("redeemed_at", as: Timestamp.self) != nil
        )
    }

    /// The gate: of any number of redemptions exactly one gets true.
    package func redeem(_ code: String, as grant: GrantID, in db: any SQLWriter, now: Timestamp) throws -> Bool {
        let changed = try db.execute(
            """
            UPDATE authorization_codes SET redeemed_at = \(now), grant_id = \(grant) \
            WHERE code_hash = \(RandomToken.hash(code)) AND redeemed_at IS NULL AND expires_at > \(now)
            """
        )
        return changed == 1
    }

    /// Forgets codes, oldest first, at most `limit`; returns how many.
    @discardableResult
    package static func purgeExpired(in db: any SQLWriter, now: Timestamp, limit: Int) throws -> Int {
        try db.execute(
            """
            DELETE FROM authorization_codes WHERE code_hash IN (SELECT code_hash FROM authorization_codes \
            WHERE expires_at < \(now - memory) ORDER BY expires_at LIMIT \(limit))
            """
        )
    }
}
