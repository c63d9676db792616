package import OpenIDTypes
package import SQLStore

/// Loads receipts.
package struct LogoutReceiptStore: Sendable {
    private let accounts = AccountDirectory()
    /// Deliveries that one receipt looks at: a logout of everyone is counted by other means.
    private static let limit = 5000

    package init() {}

    package func load(_ id: LogoutID, in db: any SQLReader, now: Timestamp) throws -> LogoutReceipt? {
        try db.row("SELECT \(sql: Self.columns) FROM logouts WHERE logout_id = \(id)").map { try receipt($0, db, now) }
    }

    /// By the unguessable token of its address, and only in the browser that signed out.
    package func load(
        token: String, browserHash: [UInt8], in db: any SQLReader, now: Timestamp
    ) throws -> LogoutReceipt? {
        let hash = RandomToken.hash(token)
        let row = try db.row("SELECT \(sql: Self.columns), browser_hash FROM logouts WHERE receipt_hash = \(hash)")
        guard let row, let browser: [UInt8] = try row.optional("browser_hash"),
            RandomToken.constantTimeEqual(browser, browserHash)
        else { return nil }
        return try receipt(row, db, now)
    }

    private static let columns: SQL = "logout_id, cause, account_id, sessions, progress, continuation, created_at"

    private func receipt(_ row: SQLRow, _ db: any SQLReader, _ now: Timestamp) throws -> LogoutReceipt {
        let id: LogoutID = try row.value("logout_id")
        let account: AccountID? = try row.optional("account_id")
        let continuation: String? = try row.optional("continuation")
        let facts = try db.rows(
            """
            SELECT client_id, client_name, sid, channel, state, last_error, attempts, keeps_offline, token_valid_until \
            FROM deliveries WHERE logout_id = \(id) LIMIT \(Self.limit)
            """
        )
        .map(Self.fact)
        return LogoutReceipt(
            logoutID: id,
            startedAt: try row.value("created_at"),
            cause: try row.value("cause"),
            accountName: try account.flatMap { try accounts.find($0, in: db)?.displayName },
            applications: LogoutReceiptRules.applications(facts, now: now),
            continuation: try continuation.map { try JSONValue.parse(Array($0.utf8)) },
            sessions: try row.value("sessions"),
            isUnfinished: try row.value("progress", as: String.self) == "running"
        )
    }

    private static func fact(_ row: SQLRow) throws -> LogoutReceiptRules.Fact {
        LogoutReceiptRules.Fact(
            client: try row.value("client_id"),
            name: try row.value("client_name"),
            sid: try row.value("sid"),
            channel: try row.value("channel"),
            state: try row.value("state"),
            lastError: try row.optional("last_error"),
            attempts: try row.value("attempts"),
            keepsOffline: try row.value("keeps_offline"),
            tokenValidUntil: try row.optional("token_valid_until")
        )
    }
}
