internal import CSQLite

/// One connection; used by one thread.
final class SQLiteConnection: SQLWriter {
    private enum Mode { case idle, reading, writing }

    private let database: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    private var uses: UInt64 = 0
    private var mode = Mode.idle
    private var closed = false
    /// The first error of a statement in the block that runs: the block has failed, whatever it does with the error.
    private var failure: SQLError?

    /// More different texts than a program has; lists of many lengths are what the bound is for.
    private static let maximumStatements = 256

    init(_ database: OpaquePointer) {
        self.database = database
    }

    /// Closes; nothing may be called afterwards. Not left to `deinit`, which runs at a moment of its own.
    func close() {
        guard !closed else { return }
        closed = true
        statements = [:]
        sqlite3_close_v2(database)
    }

    deinit {
        close()
    }

    // MARK: Statements

    func rows(_ sql: SQL) throws -> [SQLRow] {
        try step(sql, limit: .max)
    }

    func row(_ sql: SQL) throws -> SQLRow? {
        // A write is run to its end: stopping after the first row of a RETURNING would be another statement.
        try step(sql, limit: 1).first
    }

    @discardableResult
    func execute(_ sql: SQL) throws -> Int {
        let before = sqlite3_total_changes64(database)
        _ = try step(sql, limit: 0)
        // `changes` alone would still show the statement before a CREATE TABLE.
        return sqlite3_total_changes64(database) == before ? 0 : Int(sqlite3_changes64(database))
    }

    private func step(_ sql: SQL, limit: Int) throws -> [SQLRow] {
        do {
            if let failure { throw failure }
            try checkTransaction(sql)
            return try unguardedStep(sql, limit: limit)
        } catch let error as SQLError {
            if mode != .idle, failure == nil { failure = error }
            throw error
        }
    }

    private func unguardedStep(_ sql: SQL, limit: Int) throws -> [SQLRow] {
        let statement = try prepared(sql)
        if mode != .idle, statement.controlsTransaction {
            throw sql.transactionControlRefusal
        }
        if mode == .reading, !statement.readOnly {
            throw SQLError.readOnly("a read block tried to write")
        }
        defer { statement.reset() }
        try statement.bind(sql)
        var rows: [SQLRow] = []
        while true {
            let code = sqlite3_step(statement.handle)
            if code == SQLITE_DONE { return rows }
            guard code == SQLITE_ROW else { throw SQLiteFault.error(code, database, sql) }
            if rows.count < limit {
                rows.append(statement.row())
            } else if statement.readOnly {
                return rows
            }
        }
    }

    /// A disk-full error may end the transaction behind the block's back; what followed would be committed by itself.
    private func checkTransaction(_ sql: SQL) throws {
        if mode != .idle, transactionEnded {
            throw SQLError.statement(sql.text, "the transaction has already ended")
        }
    }

    private func prepared(_ sql: SQL) throws -> SQLiteStatement {
        uses += 1
        if let statement = statements[sql.text] {
            statement.lastUse = uses
            return statement
        }
        let statement = try SQLiteStatement(sql, database: database)
        statement.lastUse = uses
        if statements.count >= Self.maximumStatements,
            let oldest = statements.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
        {
            statements[oldest] = nil
        }
        statements[sql.text] = statement
        return statement
    }

    // MARK: Transactions

    var transactionEnded: Bool { sqlite3_get_autocommit(database) != 0 }
    /// Set on the connection that writes; others refuse by `query_only`.
    var isReadOnly: Bool { sqlite3_db_readonly(database, "main") == 1 }

    /// Statements of this module itself, outside of any block.
    @discardableResult
    func command(_ sql: SQL) throws -> [SQLRow] {
        let before = mode
        mode = .idle
        defer { mode = before }
        return try unguardedStep(sql, limit: .max)
    }

    /// Runs a read block; returns its error.
    func read(_ block: any TransactionBlock) -> (any Error)? {
        do {
            try command("BEGIN DEFERRED")
        } catch {
            return error
        }
        mode = .reading
        let error = attempt(block)
        rollBackIfOpen()
        return error
    }

    func beginWriting() throws {
        try command("BEGIN IMMEDIATE")
        mode = .writing
    }

    /// Runs the closure; its own error, or that of a statement whose error it has swallowed.
    func attempt(_ block: any TransactionBlock) -> (any Error)? {
        failure = nil
        do {
            try block.run(on: self)
            return failure
        } catch {
            return error
        }
    }

    func commit() throws {
        mode = .idle
        guard !transactionEnded else {
            throw SQLError.statement("COMMIT", "the transaction has already ended")
        }
        try command("COMMIT")
    }

    func rollBackIfOpen() {
        mode = .idle
        failure = nil
        // Nothing is to be done about an error here: SQLite has then rolled back by itself.
        if !transactionEnded { _ = try? command("ROLLBACK") }
    }

    func setSavepoint() throws { try command("SAVEPOINT block") }
    func releaseSavepoint() throws { try command("RELEASE block") }

    func rollBackToSavepoint() throws {
        mode = .writing
        failure = nil
        try command("ROLLBACK TO block")
        try command("RELEASE block")
    }
}
