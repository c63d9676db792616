package import OpenIDTypes
package import SQLStore

/// The SQL of access tokens. A JWT is here too, by its `jti`, so that revocation, introspection and UserInfo see its
/// end.
package struct AccessTokenStore: Sendable {
    /// How a token is looked up. The `jti` of a JWT is not a token: the format is part of the key.
    package struct Reference: Sendable, Hashable {
        package let hash: [UInt8]
        package let format: AccessTokenFormat

        package static func opaque(_ token: String) -> Reference {
            Reference(hash: RandomToken.hash(token), format: .opaque)
        }
        package static func jwt(jti: String) -> Reference { Reference(hash: RandomToken.hash(jti), format: .jwt) }
    }

    /// A living access token.
    package struct Stored: Sendable {
        package let clientID: ClientID
        package let scope: [String]
        /// The resource server it is for; nil stands for this provider's own endpoints.
        package let audience: String?
        package let issuedAt: Timestamp
        package let expiresAt: Timestamp
        /// Nil where no person takes part (client credentials).
        package let grant: Grant?
    }

    let keys: KeyRing

    package init(keys: KeyRing) {
        self.keys = keys
    }

    /// Longer texts are no tokens of ours.
    static let maximumLength = 8192

    /// What to look a presented text up by; nil if it cannot be an access token of ours. Whatever has the form of a JWT
    /// must be an access token that we signed, so that no other kind of token passes for one (A-33).
    package func reference(_ token: String, in db: any SQLReader, now: Timestamp) throws -> Reference? {
        guard token.utf8.count <= Self.maximumLength else { return nil }
        guard token.utf8.contains(UInt8(ascii: ".")) else { return .opaque(token) }
        let claims = try keys.verifyOwn(token, as: .accessToken, in: db, now: now)
        return claims?["jti"]?.string.map(Reference.jwt(jti:))
    }

    package func insert(
        _ reference: Reference, grant: GrantID?, client: ClientID, scope: [String], audience: String?,
        expires: Timestamp, in db: any SQLWriter, now: Timestamp
    ) throws {
        try db.execute(
            """
            INSERT INTO access_tokens (token_hash, grant_id, client_id, scope, audience, format, issued_at, \
            expires_at) VALUES (\(reference.hash), \(grant), \(client), \(scope.joined(separator: " ")), \
            \(audience), \(reference.format.rawValue), \(now), \(expires))
            """
        )
    }

    /// The token if it is alive: neither expired nor revoked, its client there, its grant and its session alive.
    package func find(_ token: String, in db: any SQLReader, now: Timestamp) throws -> Stored? {
        guard let reference = try reference(token, in: db, now: now) else { return nil }
        let row = try db.row(Self.query(reference, now: now))
        guard let row else { return nil }
        let hasGrant = try row.optional("grant_id", as: GrantID.self) != nil
        return Stored(
            clientID: try row.value("token_client"),
            scope: try row.value("token_scope", as: String.self).split(separator: " ").map(String.init),
            audience: try row.optional("audience"),
            issuedAt: try row.value("issued_at"),
            expiresAt: try row.value("token_expires"),
            grant: hasGrant ? try Grant(row: row) : nil
        )
    }

    /// One join, by the token's key and then from key to key. A client that was removed and made again has nothing of
    /// its namesake's.
    package static func query(_ reference: Reference, now: Timestamp) -> SQL {
        """
        SELECT t.client_id AS token_client, t.scope AS token_scope, t.audience, t.issued_at, \
        t.expires_at AS token_expires, \(sql: Grant.columns) \
        FROM access_tokens t LEFT JOIN grants g ON g.grant_id = t.grant_id \
        WHERE t.token_hash = \(reference.hash) AND t.format = \(reference.format.rawValue) \
        AND t.revoked_at IS NULL AND t.expires_at > \(now) AND (\
        (t.grant_id IS NOT NULL AND \(sql: GrantStore.isAlive(at: now))) OR (t.grant_id IS NULL \
        AND EXISTS (SELECT 1 FROM clients tc WHERE tc.client_id = t.client_id AND tc.status = 'active' \
        AND tc.created_at <= t.issued_at)))
        """
    }

    /// Ends this one token if it is the client's; the others of its family live on.
    @discardableResult
    package func revoke(
        _ reference: Reference, of client: ClientID, in db: any SQLWriter, now: Timestamp
    ) throws -> Bool {
        try db.execute(
            """
            UPDATE access_tokens SET revoked_at = \(now) WHERE token_hash = \(reference.hash) \
            AND format = \(reference.format.rawValue) AND client_id = \(client) AND revoked_at IS NULL
            """
        ) == 1
    }

    /// Removes expired tokens, oldest first, at most `limit`; returns how many.
    @discardableResult
    package static func purgeExpired(in db: any SQLWriter, now: Timestamp, limit: Int) throws -> Int {
        try db.execute(
            """
            DELETE FROM access_tokens WHERE token_hash IN (SELECT token_hash FROM access_tokens \
            WHERE expires_at < \(now) ORDER BY expires_at LIMIT \(limit))
            """
        )
    }
}
