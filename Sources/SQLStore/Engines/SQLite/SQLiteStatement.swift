internal import CSQLite
internal import Glibc

/// A prepared statement and the names of its columns.
final class SQLiteStatement {
    let handle: OpaquePointer
    let readOnly: Bool
    let controlsTransaction: Bool
    var lastUse: UInt64 = 0
    private var columns: SQLColumns?
    private var preparations: Int32 = 0

    init(_ sql: SQL, database: OpaquePointer) throws {
        var handle: OpaquePointer?
        var tail = 0
        var text = sql.text
        let code = text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { buffer in
                var end: UnsafePointer<CChar>?
                let code = sqlite3_prepare_v3(
                    database, buffer.baseAddress, Int32(buffer.count), UInt32(SQLITE_PREPARE_PERSISTENT), &handle, &end
                )
                if let end, let start = buffer.baseAddress { tail = end - start }
                return code
            }
        }
        guard code == SQLITE_OK else {
            throw SQLiteFault.error(code, database, sql)
        }
        guard let handle else {
            throw SQLError.statement(sql.text, "there is no statement in it")
        }
        let complete = sql.text.utf8.dropFirst(tail).allSatisfy { $0 == 32 || $0 == 10 || $0 == 59 }
        guard complete, sqlite3_bind_parameter_count(handle) == sql.values.count else {
            sqlite3_finalize(handle)
            throw SQLError.statement(
                sql.text, complete ? "a placeholder was written by hand" : "more than one statement"
            )
        }
        self.handle = handle
        controlsTransaction = sql.controlsTransaction
        readOnly = sqlite3_stmt_readonly(handle) != 0
    }

    deinit {
        sqlite3_finalize(handle)
    }

    func bind(_ sql: SQL) throws {
        var position: Int32 = 0
        for value in sql.values {
            position += 1
            let code: Int32
            switch value {
            case .null: code = sqlite3_bind_null(handle, position)
            case .integer(let integer): code = sqlite3_bind_int64(handle, position, integer)
            case .text(let text): code = try bind(text, position, sql)
            case .bytes(let bytes):
                code =
                    bytes.isEmpty
                    ? sqlite3_bind_zeroblob(handle, position, 0)
                    : sqlite3_bind_blob64(handle, position, bytes, UInt64(bytes.count), Self.copied)
            }
            guard code == SQLITE_OK else {
                throw SQLError.statement(sql.text, "value \(position): \(String(cString: sqlite3_errstr(code)))")
            }
        }
    }

    /// Makes the statement ready for its next use; bound values, which may be secrets, do not stay behind.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// The current row.
    func row() -> SQLRow {
        let columns = currentColumns()
        let count = columns.names.count
        let values = [SQLValue](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                (buffer.baseAddress! + index).initialize(to: value(Int32(index)))
            }
            initialized = count
        }
        return SQLRow(columns: columns, values: values)
    }

    private func bind(_ text: String, _ position: Int32, _ sql: SQL) throws -> Int32 {
        var text = text
        return try text.withUTF8 { utf8 in
            guard let start = utf8.baseAddress, !utf8.isEmpty else {
                return sqlite3_bind_text(handle, position, "", 0, Self.copied)
            }
            // PostgreSQL cannot store it, so neither engine does.
            guard memchr(start, 0, utf8.count) == nil else {
                throw SQLError.statement(sql.text, "value \(position): text with a NUL character")
            }
            return start.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                sqlite3_bind_text64(handle, position, $0, UInt64(utf8.count), Self.copied, UInt8(SQLITE_UTF8))
            }
        }
    }

    private func value(_ column: Int32) -> SQLValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER:
            return .integer(sqlite3_column_int64(handle, column))
        case SQLITE_NULL:
            return .null
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(handle, column)
            let count = Int(sqlite3_column_bytes(handle, column))
            return .bytes([UInt8](UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)))
        default:
            let start = sqlite3_column_text(handle, column)
            let count = Int(sqlite3_column_bytes(handle, column))
            return .text(
                String(decoding: UnsafeBufferPointer(start: start, count: start == nil ? 0 : count), as: UTF8.self))
        }
    }

    /// SQLite prepares a statement anew when the schema has changed, and `*` may then mean other columns.
    private func currentColumns() -> SQLColumns {
        let now = sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0)
        if let columns, now == preparations { return columns }
        let names = (0..<sqlite3_column_count(handle)).map { String(cString: sqlite3_column_name(handle, $0)) }
        let fresh = SQLColumns(names)
        columns = fresh
        preparations = now
        return fresh
    }

    /// SQLITE_TRANSIENT, a C macro that Swift does not import: SQLite copies what it is given.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
