import Foundation
package import Logging
package import OpenIDTypes
import SQLStore

/// A copy of the SQLite database in use, and the way back. A backup must not resurrect what ended after it was made, so a
/// restore ends everything that was signed in.
package struct BackupArchive: Sendable {
    /// What a restore did.
    package struct Restored: Sendable {
        package let outcome: TerminationOutcome
        /// Where the database that was there before is now.
        package let replaced: String?
    }

    private let configuration: ProviderConfiguration
    private let clock: any WallClock
    private let logger: Logger

    package init(_ configuration: ProviderConfiguration, clock: any WallClock = SystemClock(), logger: Logger) {
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
    }

    /// Writes a consistent copy to a new file, beside a running server. The secret key is not in it: whoever has both can
    /// sign as this provider.
    package func backup(to file: String) async throws {
        guard case .sqlite = configuration.database else { throw Self.elsewhere("pg_dump --format=custom") }
        try DatabaseFile.requireExisting(configuration.database)
        let options = Administration.commandOptions
        let database = try await Database.open(configuration.database, options: options, logger: logger)
        do {
            try await database.backup(to: file)
            await database.close()
        } catch {
            await database.close()
            throw error
        }
    }

    /// Puts a backup in the place of the database. The new file is complete, migrated and proven to fit the secret key
    /// before the old one is touched; the old one is moved aside, never deleted.
    package func restore(from file: String, force: Bool, actor: String) async throws -> Restored {
        guard case .sqlite(let path) = configuration.database else {
            throw Self.elsewhere("pg_restore, and \"exeunt logout --all --offline\" before the server is started again")
        }
        guard FileManager.default.fileExists(atPath: file) else {
            throw AdministrationRefusal("There is no backup at \(file).")
        }
        try await judgeExisting(path, force: force)
        let candidate = path + ".restoring"
        try copy(file, to: candidate)
        do {
            let outcome = try await prepare(candidate, actor: actor)
            let replaced = try exchange(candidate, path)
            return Restored(outcome: outcome, replaced: replaced)
        } catch {
            Self.remove(candidate)
            throw error
        }
    }

    private static func elsewhere(_ tool: String) -> AdministrationRefusal {
        AdministrationRefusal("This command is for SQLite files; with PostgreSQL use \(tool).")
    }

    private func judgeExisting(_ path: String, force: Bool) async throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        if try await isServed() {
            throw AdministrationRefusal("A server runs on \(path); stop it before you restore.")
        }
        guard force else {
            throw AdministrationRefusal("There is a database at \(path) already; --force moves it aside.")
        }
    }

    /// A file that cannot be opened is the very reason for a restore; nothing can be running on it.
    private func isServed() async throws -> Bool {
        let database: Database
        do {
            database = try await Database.open(
                configuration.database, options: Administration.commandOptions, logger: logger)
        } catch let error as SQLError {
            if case .wrongOwner = error { throw error }
            return false
        }
        let now = clock.now
        let isServed = try? await database.read { db in try ServerPresence.isRunning(in: db, now: now) }
        await database.close()
        return isServed ?? false
    }

    private func copy(_ file: String, to candidate: String) throws {
        Self.remove(candidate)
        guard FileManager.default.createFile(atPath: candidate, contents: nil, attributes: [.posixPermissions: 0o600]),
            let source = FileHandle(forReadingAtPath: file), let target = FileHandle(forWritingAtPath: candidate)
        else {
            throw AdministrationRefusal("\(file) cannot be copied to \(candidate); is the folder writable?")
        }
        defer {
            try? source.close()
            try? target.close()
        }
        while let chunk = try source.read(upToCount: 1 << 20), !chunk.isEmpty { try target.write(contentsOf: chunk) }
        try target.synchronize()
    }

    /// Migrates the copy, proves that the secret key is its own, and ends everything in it.
    private func prepare(_ candidate: String, actor: String) async throws -> TerminationOutcome {
        var located = configuration
        located.database = .sqlite(path: candidate)
        let options = Administration.commandOptions
        let database = try await Database.open(located.database, options: options, logger: logger)
        do {
            let pending = try await database.pendingMigrations(Schema.migrations)
            // Every database of ours has the first migration; an empty or foreign file has none.
            guard pending.count < Schema.migrations.count else {
                throw AdministrationRefusal("The file is not a backup of an Exeunt database.")
            }
            _ = try await database.migrate(Schema.migrations)
            try await proveKey(database)
            let outcome = try await endEverything(in: database, actor: actor)
            await database.close()
            return outcome
        } catch {
            await database.close()
            throw error
        }
    }

    /// Only a database that never had a key may be given one.
    private func proveKey(_ database: Database) async throws {
        let hasKey = try await database.read { db in
            try db.row("SELECT value FROM meta WHERE key = 'master_key_check'") != nil
        }
        if hasKey { _ = try await MasterKeyFile.open(configuration.masterKey, database: database) }
    }

    private func endEverything(in database: Database, actor: String) async throws -> TerminationOutcome {
        let registry = ClientRegistry()
        let deliveries = LogoutDeliveryStore(clients: registry, settings: configuration.delivery)
        let termination = SessionTermination(
            database: database, clients: registry, deliveries: deliveries, clock: clock)
        let request = TerminationRequest(scope: .everyone, cause: .restore, offline: true, actor: actor)
        let outcome = try await termination.end(request)
        _ = try await termination.continueUnfinished()
        // Servers of the time of the backup.
        try await database.write { db in try db.execute("DELETE FROM nodes") }
        return outcome
    }

    /// Moves the old files aside and the new one into place. If the machine stops in between there is no database, and the
    /// next start says so; both files are still there.
    private func exchange(_ candidate: String, _ path: String) throws -> String? {
        let files = FileManager.default
        var replaced: String?
        if files.fileExists(atPath: path) {
            let aside = "\(path).replaced-\(clock.now.seconds)"
            for suffix in ["", "-wal", "-shm"] where files.fileExists(atPath: path + suffix) {
                try files.moveItem(atPath: path + suffix, toPath: aside + suffix)
            }
            replaced = aside
        }
        try files.moveItem(atPath: candidate, toPath: path)
        for suffix in ["-wal", "-shm"] where files.fileExists(atPath: candidate + suffix) {
            try files.moveItem(atPath: candidate + suffix, toPath: path + suffix)
        }
        return replaced
    }

    private static func remove(_ candidate: String) {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: candidate + suffix) }
    }
}
