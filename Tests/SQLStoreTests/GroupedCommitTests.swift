import Dispatch
import SQLStore
import Testing

@Suite("Grouped commits on SQLite", .serialized)
struct GroupedCommitTests {
    /// Submits the blocks so that they wait together behind one that is held, then lets them go; their errors.
    private func together(
        _ database: Database, _ blocks: [@Sendable (any SQLWriter) throws -> Void]
    ) async throws -> [(any Error)?] {
        let (held, release) = (Tally(), DispatchSemaphore(value: 0))
        async let holder: Void = database.write { _ in
            held.increment()
            release.wait()
        }
        try await eventually { held.value == 1 }
        let results = try await withThrowingTaskGroup(of: (Int, (any Error)?).self) { group in
            try await whileHeld(release) {
                for (number, block) in blocks.enumerated() {
                    group.addTask {
                        do {
                            try await database.write(block)
                            return (number, nil)
                        } catch {
                            return (number, error)
                        }
                    }
                    // One after the other, so that they stand in the queue in this order.
                    try await eventually { database.waiting == number + 1 }
                }
            }
            return try await group.reduce(into: [Int: (any Error)?]()) { $0[$1.0] = $1.1 }
        }
        try await holder
        return blocks.indices.map { results[$0] ?? nil }
    }

    private func insert(_ id: String, _ runs: Tally = Tally()) -> @Sendable (any SQLWriter) throws -> Void {
        { writer in
            runs.increment()
            try writer.execute("INSERT INTO item (id) VALUES (\(id))")
        }
    }

    @Test("blocks that arrive together share a commit, up to the limit", arguments: [EngineFixture.memory, .file])
    func share(_ fixture: EngineFixture) async throws {
        var options = DatabaseOptions()
        options.maximumGroup = 16
        try await fixture.sample(options) { database in
            let (commits, writes) = (database.commits, database.writes)
            let errors = try await together(database, (0..<48).map { insert("i\($0)") })
            #expect(errors.allSatisfy { $0 == nil })
            // The one that held the others, and three full groups.
            #expect(database.commits - commits == 4)
            #expect(database.writes - writes == 49)
            let items = try await database.items()
            #expect(items == 48)
        }
    }

    @Test("many submitters need fewer commits than they write")
    func manySubmitters() async throws {
        try await EngineFixture.file.sample { database in
            let commits = database.commits
            try await withThrowingTaskGroup(of: Void.self) { group in
                for submitter in 0..<64 {
                    group.addTask {
                        for number in 0..<20 { try await database.write(insert("\(submitter)/\(number)")) }
                    }
                }
                try await group.waitForAll()
            }
            let items = try await database.items()
            #expect(items == 1280)
            #expect(database.commits - commits < 640)
        }
    }

    @Test("in a group a failure is its own block's alone", arguments: [EngineFixture.memory, .file])
    func savepoints(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            let commits = database.commits
            let errors = try await together(
                database,
                [
                    insert("a"),
                    { writer in
                        try writer.execute("INSERT INTO item (id) VALUES ('lost')")
                        throw Refusal()
                    },
                    insert("a"), insert("b"),
                    { writer in _ = try? writer.execute("INSERT INTO item (id) VALUES ('a')") },
                    insert("c"),
                ])
            #expect(errors.map { $0 == nil } == [true, false, false, true, false, true])
            #expect(errors[1] is Refusal)
            let names = try await database.read { reader in
                try reader.rows("SELECT id FROM item ORDER BY id").map { try $0.value("id", as: String.self) }
            }
            #expect(names == ["a", "b", "c"])
            #expect(database.commits - commits == 2)
        }
    }

    @Test("a full disk fails who filled it; the rest of the group is run again and committed")
    func diskFull() async throws {
        var options = DatabaseOptions()
        options.maximumPages = 60
        try await EngineFixture.file.sample(options) { database in
            let (first, last) = (Tally(), Tally())
            let errors = try await together(
                database,
                [
                    insert("a", first),
                    { writer in
                        try writer.execute(
                            "INSERT INTO item (id, data) VALUES ('big', \([UInt8](repeating: 7, count: 1_000_000)))")
                    },
                    insert("b", last),
                ])
            #expect(errors.map { $0 == nil } == [true, false, true])
            guard case .diskFull? = errors[1] as? SQLError else {
                Issue.record("another error: \(String(describing: errors[1]))")
                return
            }
            // Once in the group that was rolled back, once alone.
            #expect(first.value == 2)
            let names = try await database.read { reader in
                try reader.rows("SELECT id FROM item ORDER BY id").map { try $0.value("id", as: String.self) }
            }
            #expect(names == ["a", "b"])
        }
    }

    @Test("a block that goes on after the transaction has ended writes nothing")
    func endedTransaction() async throws {
        var options = DatabaseOptions()
        options.maximumPages = 60
        try await EngineFixture.file.sample(options) { database in
            await #expect(throws: SQLError.self) {
                try await database.write { writer in
                    try writer.execute("INSERT INTO item (id) VALUES ('a')")
                    _ = try? writer.execute(
                        "INSERT INTO item (id, data) VALUES ('big', \([UInt8](repeating: 7, count: 1_000_000)))")
                    _ = try? writer.execute("INSERT INTO item (id) VALUES ('b')")
                }
            }
            let items = try await database.items()
            #expect(items == 0)
            try await database.write(insert("c"))
        }
    }

    @Test(
        "a block cannot end the transaction of its neighbours",
        arguments: ["COMMIT", "ROLLBACK", "SAVEPOINT block", " release block"])
    func ownCommit(_ word: String) async throws {
        try await EngineFixture.memory.sample { database in
            let errors = try await together(
                database,
                [insert("a"), { writer in try writer.execute(SQL(stringLiteral: word)) }, insert("b")])
            #expect(errors.map { $0 == nil } == [true, false, true])
            let items = try await database.items()
            #expect(items == 2)
        }
    }
}
