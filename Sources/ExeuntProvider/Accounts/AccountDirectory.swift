package import OpenIDTypes
package import SQLStore

/// Finds accounts. It has no state: every answer is the database's, so that a disabled account is disabled at once.
package struct AccountDirectory: Sendable {
    package init() {}

    /// The account of an id, whatever its status; nil for an unknown one.
    package func find(_ id: AccountID, in db: any SQLReader) throws -> Account? {
        try db.row("SELECT \(sql: Self.columns) FROM accounts WHERE account_id = \(id)").map(Self.account)
    }

    /// The account of a username as typed; nil for an unknown one and for a text that cannot be a username.
    package func find(username: String, in db: any SQLReader) throws -> Account? {
        guard let name = try? Username(username) else { return nil }
        return try db.row("SELECT \(sql: Self.columns) FROM accounts WHERE username_key = \(name.key)").map(
            Self.account)
    }

    /// Accounts in the order of their names, tombstones left out, for the operator.
    package func list(after key: String = "", limit: Int, in db: any SQLReader) throws -> [Account] {
        try db.rows(
            """
            SELECT \(sql: Self.columns) FROM accounts WHERE username_key > \(key) AND status <> 'deleted'
            ORDER BY username_key LIMIT \(limit)
            """
        )
        .map(Self.account)
    }

    private static let columns: SQL = "account_id, username, status, claims, password_hash, created_at, updated_at"

    private static func account(_ row: SQLRow) throws -> Account {
        let status: String = try row.value("status")
        let claims: String = try row.value("claims")
        return Account(
            id: try row.value("account_id"),
            username: try row.value("username"),
            status: AccountStatus(rawValue: status) ?? .disabled,
            claims: try JSONValue.parse(Array(claims.utf8)).object ?? [:],
            passwordHash: try row.optional("password_hash"),
            createdAt: try row.value("created_at"),
            updatedAt: try row.value("updated_at")
        )
    }
}
