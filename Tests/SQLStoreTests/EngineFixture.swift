import Dispatch
import Foundation
import Logging
import SQLStore
import Synchronization
import Testing

/// Where the conformance suite runs.
enum EngineFixture: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory = "SQLite in memory"
    case file = "SQLite in a file"
    case postgres = "PostgreSQL"

    var testDescription: String { rawValue }

    /// PostgreSQL is left out only where that is asked for in so many words; without a server its tests fail.
    static let all: [EngineFixture] = withoutPostgres ? [.memory, .file] : [.memory, .file, .postgres]
    /// Those that several instances can share.
    static let shared = all.filter { $0 != .memory }

    static let withoutPostgres = ProcessInfo.processInfo.environment["EXEUNT_TEST_WITHOUT_POSTGRES"] == "1"

    /// Runs the test on a fresh place, and removes it afterwards.
    func run(_ body: (TestPlace) async throws -> Void) async throws {
        let place = try await TestPlace(self)
        do {
            try await body(place)
        } catch {
            await place.remove()
            throw error
        }
        await place.remove()
    }

    /// As `run`, with one database open on it.
    func open(_ options: DatabaseOptions = DatabaseOptions(), _ body: (Database) async throws -> Void) async throws {
        try await run { try await body(try await $0.open(options)) }
    }
}

struct MissingServer: Error, CustomStringConvertible {
    let description =
        "EXEUNT_TEST_POSTGRES is not set: start Tests/servers/postgres.sh, or set EXEUNT_TEST_WITHOUT_POSTGRES=1"
}

/// A folder, or a schema on the server, of one test's own.
final class TestPlace: Sendable {
    let location: DatabaseLocation
    /// For files; removed with the place.
    let folder: String
    private let schema: String?
    private let opened = Mutex<[Database]>([])

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(_ fixture: EngineFixture) async throws {
        let name = "test_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        folder = NSTemporaryDirectory() + "/exeunt-" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        switch fixture {
        case .memory:
            location = .memory
            schema = nil
        case .file:
            location = .sqlite(path: folder + "/data.sqlite")
            schema = nil
        case .postgres:
            let server = try Self.server()
            try await Self.onServer { try $0.execute(Self.statement("CREATE SCHEMA", name)) }
            let separator = server.contains("?") ? "&" : "?"
            location = .postgres(url: server + separator + "options=-csearch_path%3D\(name)")
            schema = name
        }
    }

    var path: String {
        if case .sqlite(let path) = location { path } else { "" }
    }

    static func server() throws -> String {
        guard let url = ProcessInfo.processInfo.environment["EXEUNT_TEST_POSTGRES"], !url.isEmpty else {
            throw MissingServer()
        }
        return url
    }

    /// Another instance on the same place; in memory a new database.
    func open(_ options: DatabaseOptions = DatabaseOptions()) async throws -> Database {
        let database = try await Database.open(location, options: options, logger: Self.logger)
        opened.withLock { $0.append(database) }
        return database
    }

    func remove() async {
        for database in opened.withLock({ $0 }) { await database.close() }
        try? FileManager.default.removeItem(atPath: folder)
        if let schema {
            _ = try? await Self.onServer { try $0.execute(Self.statement("DROP SCHEMA", schema, "CASCADE")) }
        }
    }

    /// A statement outside of any test's schema.
    @discardableResult
    static func onServer<R: Sendable>(_ body: @escaping @Sendable (any SQLWriter) throws -> R) async throws -> R {
        var options = DatabaseOptions()
        options.connections = 1
        let database = try await Database.open(.postgres(url: try server()), options: options, logger: logger)
        do {
            let result = try await database.write(body)
            await database.close()
            return result
        } catch {
            await database.close()
            throw error
        }
    }

    /// Schema names cannot be values; the text is a test's own.
    private static func statement(_ words: String...) -> SQL {
        SQL(stringLiteral: words.joined(separator: " "))
    }
}

/// Waits, by yielding, until something is so; gives up after 20 seconds.
func eventually(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw Timeout() }
        await Task.yield()
    }
}

struct Timeout: Error {}

/// Runs the body, then lets the block go that waits for the semaphore: also after an error, or the test would hang.
func whileHeld<R>(_ release: DispatchSemaphore, _ body: () async throws -> R) async throws -> R {
    defer { release.signal() }
    return try await body()
}

/// Something that a block throws by itself.
struct Refusal: Error, Equatable {
    var number = 0
}

/// A number that blocks on several threads count up.
final class Tally: Sendable {
    private let number = Atomic<Int>(0)
    @discardableResult
    func increment() -> Int { number.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue }
    var value: Int { number.load(ordering: .sequentiallyConsistent) }
}

/// The schema that most tests use.
enum Sample {
    static let tables: [SchemaStep] = [
        .table(
            Table(
                "item",
                [
                    .text("id"), .int64("amount", default: 0), .text("note", null: true), .bytes("data", null: true),
                    .bool("active", default: true), .json("extra", default: "{}"), .time("due_at", default: 0),
                ],
                primaryKey: ["id"]
            )
        ),
        .table(
            Table(
                "part",
                [.sequence("id"), .text("item_id", references: .init("item", onDelete: .cascade)), .text("name")],
                unique: [["item_id", "name"]]
            )
        ),
        .index(Index("item_due", on: "item", ["due_at"], where: "active = 1")),
    ]
    static let migrations = [Migration(version: 1, name: "sample", steps: tables)]
}

extension EngineFixture {
    /// As `open`, with the sample tables.
    func sample(_ options: DatabaseOptions = DatabaseOptions(), _ body: (Database) async throws -> Void) async throws {
        try await open(options) { database in
            _ = try await database.migrate(Sample.migrations)
            try await body(database)
        }
    }
}

extension Database {
    /// How many rows the item table has.
    func items() async throws -> Int {
        try await read { try $0.row("SELECT count(*) AS n FROM item")?.value("n", as: Int.self) ?? -1 }
    }
}
