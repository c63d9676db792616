import ExeuntProvider
import ExeuntTesting
import Foundation
import Logging
import OpenIDTypes
import OutgoingHTTP
import SQLStore
import Testing

@Suite("Backup and restore", .timeLimit(.minutes(2)))
struct BackupArchiveTests {
    /// A served database in a folder, with somebody signed in.
    private struct Place {
        let folder: TemporaryFolder
        let configuration: ProviderConfiguration
        static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

        init() async throws {
            folder = try TemporaryFolder()
            configuration = try ConfigurationPlace.resolve([
                .development: .text("true"), .database: .text("sqlite:\(folder.path)/exeunt.sqlite"),
            ])
            _ = try await SchemaUpdate.run(configuration, logger: Self.logger)
            let parts = try await ProviderParts.open(configuration: configuration, logger: Self.logger)
            await parts.outgoing.shutdown()
            await parts.database.close()
        }

        var archive: BackupArchive { BackupArchive(configuration, logger: Self.logger) }
        var backup: String { folder.path + "/backup.sqlite" }

        func signIn() async throws -> SessionID {
            let administration = try await Administration.open(configuration, logger: Self.logger)
            let account = try await administration.accounts.add(
                username: "anna", claims: [:], password: nil, actor: "test"
            )
            let (sessions, now) = (administration.sessions, administration.clock.now)
            let session = try await administration.database.write { db in
                try sessions.signIn(
                    account: account.id, userAgentSecret: nil, persistent: false, amr: [], address: "", agent: "",
                    in: db, now: now
                )
                .session
            }
            await administration.close()
            return session.id
        }

        func alive() async throws -> [SessionReport] {
            let administration = try await Administration.open(configuration, logger: Self.logger)
            let reports = try await SessionReport.list(
                username: nil, includeEnded: false, limit: 10, administration: administration
            )
            await administration.close()
            return reports
        }
    }

    @Test("a restore brings the accounts back and ends every session: what ended after the backup stays ended")
    func endsSessions() async throws {
        let place = try await Place()
        _ = try await place.signIn()
        try await place.archive.backup(to: place.backup)
        #expect(try FileManager.default.attributesOfItem(atPath: place.backup)[.posixPermissions] as? Int == 0o600)
        #expect(try await place.alive().count == 1)
        let restored = try await place.archive.restore(from: place.backup, force: true, actor: "test")
        #expect(restored.outcome.sessionsEnded == 1)
        #expect(try await place.alive().isEmpty)
        let replaced = try #require(restored.replaced)
        #expect(FileManager.default.fileExists(atPath: replaced))
        let administration = try await Administration.open(place.configuration, logger: Place.logger)
        let logouts = try await administration.database.read { db in try LogoutRecordStore().list(in: db) }
        #expect(logouts.map(\.cause) == [.restore])
        #expect(logouts.first?.offline == true)
        let directory = administration.directory
        #expect(try await administration.database.read { db in try directory.find(username: "anna", in: db) } != nil)
        await administration.close()
    }

    @Test("an existing database is not replaced without force, a foreign file never; nothing is changed then")
    func refusals() async throws {
        let place = try await Place()
        _ = try await place.signIn()
        try await place.archive.backup(to: place.backup)
        let (archive, backup) = (place.archive, place.backup)
        await #expect(throws: AdministrationRefusal.self) {
            try await archive.restore(from: backup, force: false, actor: "test")
        }
        let foreign = try place.folder.write("not a database", as: "foreign")
        await #expect(throws: SQLError.self) { try await archive.restore(from: foreign, force: true, actor: "test") }
        let empty = try place.folder.write("", as: "empty")
        await #expect(throws: AdministrationRefusal.self) {
            try await archive.restore(from: empty, force: true, actor: "test")
        }
        await #expect(throws: AdministrationRefusal.self) {
            try await archive.restore(from: backup + "x", force: true, actor: "test")
        }
        #expect(try await place.alive().count == 1)
        let left = try FileManager.default.contentsOfDirectory(atPath: place.folder.path)
        #expect(!left.contains { $0.contains("restoring") })
    }

    @Test("a backup is of no use without its key: the restore says so before it touches anything")
    func key() async throws {
        let place = try await Place()
        _ = try await place.signIn()
        try await place.archive.backup(to: place.backup)
        let key = place.folder.path + "/exeunt.sqlite.key"
        try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
        let (archive, backup) = (place.archive, place.backup)
        await #expect(throws: MasterKeyFile.Failure.self) {
            try await archive.restore(from: backup, force: true, actor: "test")
        }
        #expect(try await place.alive().count == 1)
        #expect(!FileManager.default.fileExists(atPath: key))
    }

    @Test("not while a server runs on the database, and not over an existing backup")
    func running() async throws {
        let place = try await Place()
        try await place.archive.backup(to: place.backup)
        let (archive, backup) = (place.archive, place.backup)
        await #expect(throws: SQLError.self) { try await archive.backup(to: backup) }
        let administration = try await Administration.open(place.configuration, logger: Place.logger)
        let now = administration.clock.now
        let others = try await administration.database.write { db in
            try LogoutDispatcherNode().beat(in: db, now: now).count
        }
        #expect(others == 0)
        await administration.close()
        await #expect(throws: AdministrationRefusal.self) {
            try await archive.restore(from: backup, force: true, actor: "test")
        }
    }
}
