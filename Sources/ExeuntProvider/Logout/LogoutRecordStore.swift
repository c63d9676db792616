package import OpenIDTypes
package import SQLStore

/// The SQL of logout records.
package struct LogoutRecordStore: Sendable {
    package init() {}

    func insert(_ record: LogoutRecord, _ request: TerminationRequest, in db: any SQLWriter) throws {
        try db.execute(
            """
            INSERT INTO logouts (logout_id, cause, scope, scope_value, reason, initiator, account_id, offline, \
            sessions, progress, cutoff, receipt_hash, browser_hash, continuation, created_at) \
            VALUES (\(record.id), \(record.cause), \(record.scope.name), \(record.scope.value), \
            \(record.reason.map { SessionRules.bounded($0, to: 1000) }), \(record.initiator), \(record.account), \
            \(record.offline), \(record.sessions), \(record.isUnfinished ? "running" : "done"), \(record.cutoff), \
            \(request.receiptHash), \(request.browserHash), \(request.continuation?.serialized()), \(record.createdAt))
            """
        )
        var detail: JSONObject = [
            "cause": .string(record.cause.rawValue), "sessions": .integer(Int64(record.sessions)),
        ]
        detail["scope"] = .string(record.scope.name)
        try AuditTrail.record(
            actor: request.actor, action: "logout", object: record.id.rawValue, detail: detail, in: db,
            now: record.createdAt
        )
    }

    /// The oldest logout whose deliveries are not all written, locked against other nodes.
    func unfinished(in db: any SQLWriter) throws -> LogoutRecord? {
        try db.row(
            """
            SELECT \(sql: Self.columns) FROM logouts WHERE progress = 'running' ORDER BY created_at LIMIT 1 \
            \(forUpdate)
            """
        )
        .map(Self.record)
    }

    /// Whether there is any, without a lock.
    package func hasUnfinished(in db: any SQLReader) throws -> Bool {
        try db.row("SELECT logout_id FROM logouts WHERE progress = 'running' LIMIT 1") != nil
    }

    func advance(_ id: LogoutID, by sessions: Int, finished: Bool, in db: any SQLWriter) throws {
        try db.execute(
            """
            UPDATE logouts SET sessions = sessions + \(sessions), progress = \(finished ? "done" : "running") \
            WHERE logout_id = \(id)
            """
        )
    }

    package func find(_ id: LogoutID, in db: any SQLReader) throws -> LogoutRecord? {
        try db.row("SELECT \(sql: Self.columns) FROM logouts WHERE logout_id = \(id)").map(Self.record)
    }

    /// The newest first.
    package func list(limit: Int = 1000, in db: any SQLReader) throws -> [LogoutRecord] {
        try db.rows("SELECT \(sql: Self.columns) FROM logouts ORDER BY created_at DESC LIMIT \(limit)")
            .map(Self.record)
    }

    private static let columns: SQL = """
        logout_id, scope, scope_value, cause, reason, initiator, account_id, offline, sessions, cutoff, progress, \
        created_at
        """

    private static func record(_ row: SQLRow) throws -> LogoutRecord {
        let name: String = try row.value("scope")
        guard let scope = TerminationScope(name: name, value: try row.value("scope_value")) else {
            throw SQLError.decoding("column scope: not a scope")
        }
        return LogoutRecord(
            id: try row.value("logout_id"),
            scope: scope,
            cause: try row.value("cause"),
            reason: try row.optional("reason"),
            initiator: try row.optional("initiator"),
            account: try row.optional("account_id"),
            offline: try row.value("offline"),
            sessions: try row.value("sessions"),
            cutoff: try row.optional("cutoff") ?? 0,
            isUnfinished: try row.value("progress", as: String.self) == "running",
            createdAt: try row.value("created_at")
        )
    }
}
