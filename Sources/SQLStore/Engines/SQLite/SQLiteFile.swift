internal import CSQLite
internal import Glibc
internal import Logging

/// Opens SQLite connections, and refuses with one clear sentence what should not be opened.
struct SQLiteFile {
    /// nil is a database in memory.
    let path: String?
    let options: DatabaseOptions

    init(path: String?, options: DatabaseOptions) {
        // Neither `file:` nor `:memory:` has a meaning in a path.
        self.path = path.map { $0.hasPrefix("/") ? $0 : "./" + $0 }
        self.options = options
    }

    /// Checks the file, and creates it readable by its owner alone: it holds password hashes and keys.
    func prepare(_ logger: Logger) throws {
        guard let path else { return }
        var found = stat()
        if stat(path, &found) != 0 {
            try create(path)
            guard stat(path, &found) == 0 else {
                throw SQLError.unavailable("\(path): \(Self.lastError)")
            }
        }
        guard found.st_mode & S_IFMT == S_IFREG else {
            throw SQLError.notADatabase("\(path) is not a regular file")
        }
        // Files made beside it by another user could not be written by the owner any more.
        guard found.st_uid == geteuid() else {
            throw SQLError.wrongOwner(
                "the database \(path) belongs to system user \(found.st_uid), but this process runs as \(geteuid()); "
                    + "run it as the owner"
            )
        }
        // Also for root, whom the system would let write.
        guard found.st_mode & S_IWUSR != 0 else {
            throw SQLError.readOnly("the file \(path) is not writable by its owner")
        }
        if found.st_mode & 0o077 != 0 {
            logger.warning("the database file can be read by other system users", metadata: ["path": "\(path)"])
        }
    }

    /// Only a file that did not exist is opened here: closing any other would drop the locks that SQLite holds on it
    /// in this process (a POSIX lock belongs to the process, not to the descriptor).
    private func create(_ path: String) throws {
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            Glibc.close(descriptor)
            return
        }
        switch errno {
        case EEXIST: return
        case ENOENT: throw SQLError.unavailable("the folder of \(path) does not exist")
        case EROFS, EACCES: throw SQLError.readOnly("\(path) cannot be created: \(Self.lastError)")
        case ENOSPC, EDQUOT: throw SQLError.diskFull("\(path) cannot be created: \(Self.lastError)")
        default: throw SQLError.unavailable("\(path) cannot be created: \(Self.lastError)")
        }
    }

    func connect(readOnly: Bool) throws -> SQLiteConnection {
        var database: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path ?? ":memory:", &database, flags, nil)
        guard code == SQLITE_OK, let database else {
            let error = SQLiteFault.error(code, database, "")
            sqlite3_close_v2(database)
            throw error
        }
        sqlite3_busy_timeout(database, Int32(clamping: options.busyTimeout))
        let connection = SQLiteConnection(database)
        try configure(connection, readOnly: readOnly)
        return connection
    }

    private func configure(_ connection: SQLiteConnection, readOnly: Bool) throws {
        if connection.isReadOnly {
            throw SQLError.readOnly("the file \(path ?? "") cannot be written by this process")
        }
        if path != nil {
            try set(connection, "journal_mode", "WAL", expected: .text("wal"))
        }
        // An acknowledged logout survives a power cut.
        try set(connection, "synchronous", "FULL", expected: .integer(2))
        try set(connection, "foreign_keys", "ON", expected: .integer(1))
        try set(connection, "trusted_schema", "OFF", expected: .integer(0))
        try set(connection, "temp_store", "MEMORY", expected: .integer(2))
        try connection.command("PRAGMA cache_size = -16000")
        try connection.command("PRAGMA wal_autocheckpoint = 4000")
        try connection.command("PRAGMA journal_size_limit = 67108864")
        if let pages = options.maximumPages, !readOnly {
            try connection.command(SQL(composed: "PRAGMA max_page_count = \(pages)"))
        }
        if readOnly {
            try set(connection, "query_only", "ON", expected: .integer(1))
        }
    }

    /// Sets and reads back: SQLite ignores a PRAGMA that it does not like.
    private func set(_ connection: SQLiteConnection, _ name: String, _ value: String, expected: SQLValue) throws {
        try connection.command(SQL(composed: "PRAGMA \(name) = \(value)"))
        let found = try connection.command(SQL(composed: "PRAGMA \(name)")).first?.values.first
        guard found == expected else {
            throw SQLError.unavailable("SQLite did not accept \(name) = \(value) for \(path ?? "memory")")
        }
    }

    static var lastError: String { String(cString: strerror(errno)) }
}
