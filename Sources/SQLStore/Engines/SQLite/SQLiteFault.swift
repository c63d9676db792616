internal import CSQLite

/// Result codes of SQLite as errors of this module.
enum SQLiteFault {
    static func error(_ code: Int32, _ database: OpaquePointer?, _ sql: SQL) -> SQLError {
        error(code, message: database.map { String(cString: sqlite3_errmsg($0)) } ?? name(code), sql)
    }

    private static func error(_ code: Int32, message: String, _ sql: SQL) -> SQLError {
        switch code & 0xff {
        case SQLITE_CONSTRAINT: .constraint(message)
        case SQLITE_BUSY, SQLITE_LOCKED: .busy("another process holds the write lock (\(message))")
        case SQLITE_READONLY: .readOnly(message)
        case SQLITE_FULL: .diskFull(message)
        case SQLITE_NOTADB: .notADatabase("the file is not an SQLite database")
        case SQLITE_CORRUPT: .notADatabase("the file is damaged (\(message))")
        case SQLITE_CANTOPEN, SQLITE_IOERR, SQLITE_PERM, SQLITE_NOMEM, SQLITE_NOLFS, SQLITE_PROTOCOL:
            .unavailable("\(message) (\(name(code)))")
        default: .statement(sql.text, message)
        }
    }

    private static func name(_ code: Int32) -> String {
        String(cString: sqlite3_errstr(code))
    }
}
