internal import Glibc

/// A consistent copy of a database in use, written to a new file and synced.
struct SQLiteBackup {
    let target: String

    init(target: String) {
        self.target = target.hasPrefix("/") ? target : "./" + target
    }

    func run(_ connection: SQLiteConnection) throws {
        // Never over an existing file, and never readable by others: it holds what the database holds.
        let descriptor = open(target, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = SQLiteFile.lastError
            throw errno == EEXIST
                ? SQLError.unsupported("\(target) exists already; a backup does not overwrite")
                : SQLError.unavailable("\(target) cannot be created: \(reason)")
        }
        defer { close(descriptor) }
        do {
            try connection.command("VACUUM INTO \(target)")
            guard fsync(descriptor) == 0 else {
                throw SQLError.unavailable("\(target) cannot be synced: \(SQLiteFile.lastError)")
            }
        } catch {
            unlink(target)
            throw error
        }
        try syncFolder()
    }

    private func syncFolder() throws {
        let parts = target.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.joined(separator: "/")
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SQLError.unavailable("the folder of \(target) cannot be synced: \(SQLiteFile.lastError)")
        }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw SQLError.unavailable("the folder of \(target) cannot be synced: \(SQLiteFile.lastError)")
        }
    }
}
