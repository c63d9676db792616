import Foundation
import Glibc
import SQLStore
import Testing

@Suite("SQLite files", .serialized)
struct SQLiteFileTests {
    private func refusal(_ path: String, options: DatabaseOptions = DatabaseOptions()) async -> SQLError? {
        do {
            let database = try await Database.open(.sqlite(path: path), options: options, logger: TestPlace.logger)
            await database.close()
            return nil
        } catch {
            return error as? SQLError
        }
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("the file and its log are readable by their owner alone")
    func ownersAlone() async throws {
        let before = umask(0)
        defer { umask(before) }
        try await EngineFixture.file.run { place in
            let database = try await place.open()
            _ = try await database.migrate(Sample.migrations)
            for suffix in ["", "-wal", "-shm"] {
                let found = try mode(place.path + suffix)
                #expect(found == 0o600, "\(suffix)")
            }
            try await database.backup(to: place.folder + "/copy.sqlite")
            let copy = try mode(place.folder + "/copy.sqlite")
            #expect(copy == 0o600)
        }
    }

    @Test("durable, in write-ahead mode, with foreign keys: on every connection")
    func settings() async throws {
        try await EngineFixture.file.sample { database in
            for (name, expected) in [
                ("synchronous", SQLValue.integer(2)), ("foreign_keys", .integer(1)), ("journal_mode", .text("wal")),
            ] {
                let pragma = SQL(stringLiteral: "PRAGMA \(name)")
                let writer = try await database.write { try $0.row(pragma)?.value(name, as: SQLValue.self) }
                #expect(writer == expected)
                // Asking for the journal mode is a write to SQLite.
                for _ in 0..<(name == "journal_mode" ? 0 : 6) {
                    let reader = try await database.read { try $0.row(pragma)?.value(name, as: SQLValue.self) }
                    #expect(reader == expected)
                }
            }
        }
    }

    @Test("tables are STRICT")
    func strict() async throws {
        try await EngineFixture.file.sample { database in
            await #expect {
                try await database.write { try $0.execute("INSERT INTO item (id, amount) VALUES ('a', 'many')") }
            } throws: { error in
                if case .constraint? = error as? SQLError { true } else { false }
            }
        }
    }

    @Test("what cannot be opened is refused in one clear sentence")
    func refusals() async throws {
        try await EngineFixture.file.run { place in
            let missing = await refusal(place.folder + "/none/data.sqlite")
            #expect(missing == .unavailable("the folder of \(place.folder)/none/data.sqlite does not exist"))

            let other = place.folder + "/letter.txt"
            try String(repeating: "Dear Sir or Madam, ", count: 200).write(
                toFile: other, atomically: false, encoding: .utf8)
            let letter = await refusal(other)
            #expect(letter == .notADatabase("the file is not an SQLite database"))

            let folder = await refusal(place.folder)
            #expect(folder == .notADatabase("\(place.folder) is not a regular file"))

            let database = try await place.open()
            await database.close()
            chmod(place.path, 0o400)
            let readOnly = await refusal(place.path)
            #expect(readOnly == .readOnly("the file \(place.path) is not writable by its owner"))
            chmod(place.path, 0o600)
            let fine = await refusal(place.path)
            #expect(fine == nil)
        }
    }

    @Test(
        "another system user than the owner is refused", .enabled(if: geteuid() == 0, "only root can give a file away"))
    func otherOwner() async throws {
        try await EngineFixture.file.run { place in
            let database = try await place.open()
            await database.close()
            #expect(chown(place.path, 12345, 12345) == 0)
            let refused = await refusal(place.path)
            guard case .wrongOwner(let reason) = refused else {
                Issue.record("not refused: \(String(describing: refused))")
                return
            }
            #expect(reason.contains("belongs to system user 12345, but this process runs as 0"))
        }
    }

    @Test("what was written is there after closing and opening")
    func persistence() async throws {
        try await EngineFixture.file.run { place in
            let first = try await place.open()
            _ = try await first.migrate(Sample.migrations)
            try await first.write { try $0.execute("INSERT INTO item (id) VALUES ('a')") }
            await first.close()
            // The last connection brings the log home.
            #expect(!FileManager.default.fileExists(atPath: place.path + "-wal"))
            let items = try await place.open().items()
            #expect(items == 1)
        }
    }

    @Test("two instances write to one file at once")
    func twoInstances() async throws {
        try await EngineFixture.file.run { place in
            let instances = [try await place.open(), try await place.open()]
            _ = try await instances[0].migrate(Sample.migrations)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        let database = instances[number % 2]
                        _ = try await database.write {
                            try $0.execute("INSERT INTO item (id) VALUES (\("i\(number)"))")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let counts = [try await instances[0].items(), try await instances[1].items()]
            #expect(counts == [400, 400])
        }
    }

    @Test("a lock held too long by somebody else is an error, and nothing is lost")
    func busy() async throws {
        var impatient = DatabaseOptions()
        impatient.busyTimeout = 20
        try await EngineFixture.file.run { place in
            let (holder, other) = (try await place.open(), try await place.open(impatient))
            _ = try await holder.migrate(Sample.migrations)
            let (held, release) = (Tally(), DispatchSemaphore(value: 0))
            async let first: Void = holder.write { writer in
                try writer.execute("INSERT INTO item (id) VALUES ('a')")
                held.increment()
                release.wait()
            }
            let unchanged = try await whileHeld(release) {
                try await eventually { held.value == 1 }
                await #expect {
                    try await other.write { try $0.execute("INSERT INTO item (id) VALUES ('b')") }
                } throws: { error in
                    if case .busy? = error as? SQLError { true } else { false }
                }
                return try await other.items()
            }
            #expect(unchanged == 0)
            try await first
            try await other.write { try $0.execute("INSERT INTO item (id) VALUES ('b')") }
            let items = try await holder.items()
            #expect(items == 2)
        }
    }

    @Test("a backup is a whole database of the moment, and never overwrites")
    func backup() async throws {
        try await EngineFixture.file.run { place in
            let database = try await place.open()
            _ = try await database.migrate(Sample.migrations)
            try await database.write { try $0.execute("INSERT INTO item (id) VALUES ('a')") }
            let copy = place.folder + "/copy.sqlite"
            try await database.backup(to: copy)
            await #expect(throws: SQLError.unsupported("\(copy) exists already; a backup does not overwrite")) {
                try await database.backup(to: copy)
            }
            try await database.write { try $0.execute("INSERT INTO item (id) VALUES ('b')") }
            let restored = try await Database.open(.sqlite(path: copy), logger: TestPlace.logger)
            let items = try await restored.items()
            #expect(items == 1)
            let dumps = [try await restored.schemaDump(), try await database.schemaDump()]
            #expect(dumps[0] == dumps[1])
            await restored.close()
            await #expect(throws: SQLError.self) { try await database.backup(to: place.folder + "/none/copy") }
        }
    }
}
