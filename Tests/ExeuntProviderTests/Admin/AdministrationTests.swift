import ExeuntProvider
import ExeuntTesting
import Foundation
import Logging
import OpenIDTypes
import SQLStore
import Testing

@Suite("Commands on the database", .timeLimit(.minutes(2)))
struct AdministrationTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func configuration(in folder: TemporaryFolder, _ more: [Setting: SettingValue] = [:]) throws
        -> ProviderConfiguration
    {
        let database: [Setting: SettingValue] = [.database: .text("sqlite:\(folder.path)/exeunt.sqlite")]
        return try ConfigurationPlace.resolve(database.merging(more) { _, b in b }, for: .administration)
    }

    @Test("a missing database is not created by the way, an empty one not migrated")
    func missing() async throws {
        let folder = try TemporaryFolder()
        let configuration = try Self.configuration(in: folder)
        await #expect(throws: AdministrationRefusal.self) {
            try await Administration.open(configuration, logger: Self.logger)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        _ = try folder.write("", as: "exeunt.sqlite")
        let refusal = await #expect(throws: AdministrationRefusal.self) {
            try await Administration.open(configuration, logger: Self.logger)
        }
        #expect(refusal?.description.contains("exeunt migrate") == true)
    }

    @Test("the issuer and development of the server are taken over, unless an issuer is given")
    func servedIssuer() async throws {
        let folder = try TemporaryFolder()
        let served = try ConfigurationPlace.resolve([
            .development: .text("true"), .database: .text("sqlite:\(folder.path)/exeunt.sqlite"),
        ])
        let update = try await SchemaUpdate.run(served, logger: Self.logger)
        #expect(update.isNew && update.version == update.applied.last)
        let before = try await Administration.open(Self.configuration(in: folder), logger: Self.logger)
        #expect(before.configuration.issuer == .unset)
        try await ServedIssuer.remember(served, in: before.database)
        await before.close()
        let after = try await Administration.open(Self.configuration(in: folder), logger: Self.logger)
        #expect(after.configuration.issuer.text == "http://localhost:8080")
        #expect(after.configuration.development)
        await after.close()
        let given = try await Administration.open(
            Self.configuration(in: folder, [.issuer: .text("https://id.example.org")]), logger: Self.logger
        )
        #expect(given.configuration.issuer.text == "https://id.example.org")
        #expect(!given.configuration.development)
        await given.close()
        #expect(try await SchemaUpdate.run(served, logger: Self.logger).applied.isEmpty)
    }

    @Test("a server is there while its heartbeat is fresh and its process lives")
    func presence() async throws {
        let place = try await AccountPlace()
        let start = place.clock.now
        try await place.database.write { db in _ = try LogoutDispatcherNode().beat(in: db, now: start) }
        #expect(try await place.database.read { db in try ServerPresence.isRunning(in: db, now: start + .seconds(5)) })
        #expect(try await !place.database.read { db in try ServerPresence.isRunning(in: db, now: start + .seconds(7)) })
        // The same machine, a process that cannot be: what a killed server leaves behind.
        let parts = LogoutDispatcherNode().id.split(separator: ".")
        let gone = "\(parts[0]).\(parts[1]).\(parts[2]).1.\(parts[4])"
        try await place.database.write { db in try db.execute("UPDATE nodes SET node_id = \(gone)") }
        #expect(try await !place.database.read { db in try ServerPresence.isRunning(in: db, now: start) })
    }
}
