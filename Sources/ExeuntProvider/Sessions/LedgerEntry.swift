package import OpenIDTypes
import SQLStore

/// One application that was signed in in a session which has just ended, with what a logout must tell and must admit.
package struct LedgerEntry: Sendable, Hashable {
    package let session: SessionID
    package let account: AccountID
    package let client: ClientID
    package let sid: SID
    /// The subject that this application knows (BC-OP-15).
    package let subject: Subject
    /// It has living offline access, which this ending leaves alone.
    package let keepsOffline: Bool
    /// Its last JWT access token expires then.
    package let tokenValidUntil: Timestamp?

    init(row: SQLRow) throws {
        session = try row.value("session_id")
        account = try row.value("account_id")
        client = try row.value("client_id")
        sid = try row.value("sid")
        subject = try row.value("sub")
        keepsOffline = try row.value("keeps_offline")
        tokenValidUntil = try row.optional("token_valid_until")
    }

    /// The columns of `init(row:)` over `session_clients sc JOIN sessions s`.
    static func columns(now: Timestamp) -> SQL {
        """
        sc.session_id, s.account_id, sc.client_id, sc.sid, sc.sub, \
        CASE WHEN EXISTS (SELECT 1 FROM grants g WHERE g.account_id = s.account_id AND g.client_id = sc.client_id \
        AND g.kind = 'offline' AND \(sql: GrantStore.isAlive(at: now))) THEN 1 ELSE 0 END AS keeps_offline, \
        (SELECT MAX(t.expires_at) FROM grants g JOIN access_tokens t ON t.grant_id = g.grant_id \
        WHERE g.session_id = sc.session_id AND g.client_id = sc.client_id AND t.format = 'jwt' \
        AND t.expires_at > \(now)) AS token_valid_until
        """
    }
}
