package import OpenIDTypes
package import SQLStore

/// What one code redemption gave: the family of all its access and refresh tokens.
package struct Grant: Sendable, Hashable {
    /// What a grant hangs on.
    package enum Kind: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLReadable {
        /// It dies with its session.
        case session
        /// It outlives its session (Core §11).
        case offline
    }

    package let id: GrantID
    package let kind: Kind
    package let sessionID: SessionID
    package let accountID: AccountID
    package let clientID: ClientID
    package let sid: SID
    package let subject: Subject
    package let scope: [String]
    /// The `claims` parameter (Core §5.5).
    package let claims: JSONValue?
    package let nonce: String?
    package let authTime: Timestamp
    package let amr: [String]

    package init(
        id: GrantID, kind: Kind, sessionID: SessionID, accountID: AccountID, clientID: ClientID, sid: SID,
        subject: Subject, scope: [String], claims: JSONValue?, nonce: String?, authTime: Timestamp, amr: [String]
    ) {
        self.id = id
        self.kind = kind
        self.sessionID = sessionID
        self.accountID = accountID
        self.clientID = clientID
        self.sid = sid
        self.subject = subject
        self.scope = scope
        self.claims = claims
        self.nonce = nonce
        self.authTime = authTime
        self.amr = amr
    }

    /// The columns that `init(row:)` reads, of `grants g`.
    package static let columns: SQL = """
        g.grant_id, g.kind, g.session_id, g.account_id, g.client_id, g.sid, g.sub, g.scope AS grant_scope, g.claims, \
        g.nonce, g.auth_time, g.amr
        """

    package init(row: SQLRow) throws {
        id = try row.value("grant_id")
        kind = try row.value("kind")
        sessionID = try row.value("session_id")
        accountID = try row.value("account_id")
        clientID = try row.value("client_id")
        sid = try row.value("sid")
        subject = try row.value("sub")
        scope = try row.value("grant_scope", as: String.self).split(separator: " ").map(String.init)
        let claims: String = try row.value("claims")
        self.claims = claims == Self.noClaims ? nil : try JSONValue.parse(Array(claims.utf8))
        nonce = try row.optional("nonce")
        authTime = try row.value("auth_time")
        amr = try row.value("amr", as: String.self).split(separator: " ").map(String.init)
    }

    static let noClaims = "{}"

    var claimsText: String { claims?.serialized() ?? Self.noClaims }
}
