import Dispatch
import SQLStore
import Testing

@Suite("Transactions, on each engine", .serialized)
struct TransactionTests {
    @Test("a gate lets exactly one of many through", arguments: EngineFixture.all)
    func gate(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            for round in 0..<10 {
                let id = "gate\(round)"
                try await database.write { try $0.execute("INSERT INTO item (id) VALUES (\(id))") }
                let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<32 {
                        group.addTask {
                            try await database.write {
                                try $0.row("UPDATE item SET active = 0 WHERE id = \(id) AND active = 1 RETURNING id")
                                    != nil
                            }
                        }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(winners == 1)
            }
        }
    }

    @Test("a block that throws writes nothing, its neighbours do", arguments: EngineFixture.all)
    func isolation(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            let release = try await occupyWriter(database)
            let results = try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
                for number in 0..<60 {
                    group.addTask {
                        do {
                            try await database.write { writer in
                                try writer.execute("INSERT INTO item (id, amount) VALUES (\("i\(number)"), \(number))")
                                if number % 3 == 0 { throw Refusal(number: number) }
                                if number % 3 == 1 {
                                    try writer.execute("INSERT INTO part (item_id, name) VALUES ('none', 'x')")
                                }
                            }
                            return (number, true)
                        } catch let refusal as Refusal {
                            #expect(refusal.number == number && number % 3 == 0)
                        } catch SQLError.constraint {
                            #expect(number % 3 == 1)
                        }
                        return (number, false)
                    }
                }
                try await whileHeld(release) { try await eventually { database.waiting >= 50 } }
                return try await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
            }
            let stored = try await database.read { reader in
                try reader.rows("SELECT amount FROM item ORDER BY amount").map { try $0.value("amount", as: Int.self) }
            }
            #expect(stored == (0..<60).filter { $0 % 3 == 2 })
            #expect(results.filter(\.value).keys.sorted() == stored)
            #expect(try await database.read { try $0.rows("SELECT id FROM part") }.isEmpty)
        }
    }

    /// Keeps every thread that writes busy, until the semaphore is signalled: what is submitted meanwhile waits together.
    private func occupyWriter(_ database: Database) async throws -> DispatchSemaphore {
        let release = DispatchSemaphore(value: 0)
        let started = Tally()
        // One by one: the queue may be shorter than the number of threads.
        for thread in 1...(database.engine == .sqlite ? 1 : 8) {
            Task {
                try await database.write { _ in
                    started.increment()
                    release.wait()
                    release.signal()
                }
            }
            try await eventually { started.value == thread }
        }
        return release
    }

    @Test("a swallowed error fails the block all the same", arguments: EngineFixture.all)
    func swallowed(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            await #expect {
                try await database.write { writer in
                    try writer.execute("INSERT INTO item (id) VALUES ('a')")
                    _ = try? writer.execute("INSERT INTO item (id) VALUES ('a')")
                    _ = try? writer.execute("INSERT INTO item (id) VALUES ('b')")
                }
            } throws: { error in
                if case .constraint? = error as? SQLError { true } else { false }
            }
            let items = try await database.items()
            #expect(items == 0)
            try await database.write { try $0.execute("INSERT INTO item (id) VALUES ('c')") }
            let after = try await database.items()
            #expect(after == 1)
        }
    }

    @Test("constraints", arguments: EngineFixture.all)
    func constraints(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            try await database.write { writer in
                try writer.execute("INSERT INTO item (id) VALUES ('a')")
                try writer.execute("INSERT INTO part (item_id, name) VALUES ('a', 'x')")
            }
            let violations: [SQL] = [
                "INSERT INTO item (id) VALUES ('a')",
                "INSERT INTO part (item_id, name) VALUES ('a', 'x')",
                "INSERT INTO part (item_id, name) VALUES ('none', 'x')",
                "INSERT INTO item (id, amount) VALUES ('b', NULL)",
                "INSERT INTO item (id, active) VALUES ('b', 2)",
            ]
            for sql in violations {
                await #expect("\(sql)") {
                    try await database.write { try $0.execute(sql) }
                } throws: { error in
                    if case .constraint? = error as? SQLError { true } else { false }
                }
            }
        }
    }

    @Test("a block cannot end its transaction", arguments: EngineFixture.all)
    func transactionControl(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            for sql: SQL in ["COMMIT", "ROLLBACK", "BEGIN"] {
                await #expect(throws: SQLError.self) {
                    try await database.write { writer in
                        try writer.execute("INSERT INTO item (id) VALUES ('a')")
                        try writer.execute(sql)
                    }
                }
            }
            let items = try await database.items()
            #expect(items == 0)
        }
    }

    @Test("a read block refuses to write", arguments: EngineFixture.all)
    func readOnlyBlock(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            await #expect {
                try await database.read { try $0.rows("INSERT INTO item (id) VALUES ('a') RETURNING id") }
            } throws: { error in
                if case .readOnly? = error as? SQLError { true } else { false }
            }
            let items = try await database.items()
            #expect(items == 0)
        }
    }

    @Test("a block's own error comes back as it is", arguments: EngineFixture.all)
    func ownError(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            await #expect(throws: Refusal(number: 4)) { try await database.read { _ in throw Refusal(number: 4) } }
            await #expect(throws: Refusal(number: 5)) { try await database.write { _ in throw Refusal(number: 5) } }
        }
    }

    @Test("a read block sees one snapshot", arguments: EngineFixture.shared)
    func snapshot(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            let (firstRead, written) = (Tally(), DispatchSemaphore(value: 0))
            async let counts = database.read { reader in
                let first = try reader.row("SELECT count(*) AS n FROM item")?.value("n", as: Int.self)
                firstRead.increment()
                written.wait()
                let second = try reader.row("SELECT count(*) AS n FROM item")?.value("n", as: Int.self)
                return [first, second]
            }
            try await whileHeld(written) {
                try await eventually { firstRead.value == 1 }
                try await database.write { try $0.execute("INSERT INTO item (id) VALUES ('a')") }
            }
            #expect(try await database.read { try $0.rows("SELECT id FROM item") }.count == 1)
            #expect(try await counts == [0, 0])
        }
    }

    @Test("what was written is read by the next block", arguments: EngineFixture.all)
    func readYourWrites(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            for number in 1...200 {
                try await database.write { try $0.execute("INSERT INTO item (id) VALUES (\("i\(number)"))") }
                #expect(try await database.read { try $0.row("SELECT count(*) AS n FROM item")?.value("n") } == number)
            }
        }
    }

    @Test("after close every block is refused", arguments: EngineFixture.all)
    func closed(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            await database.close()
            await #expect(throws: SQLError.unavailable("the database has been closed")) {
                try await database.read { try $0.rows("SELECT 1 AS x") }
            }
            await #expect(throws: SQLError.unavailable("the database has been closed")) {
                try await database.write { try $0.execute("DELETE FROM item") }
            }
        }
    }

    @Test("more waiting blocks than the queue holds are refused", arguments: EngineFixture.all)
    func boundedQueue(_ fixture: EngineFixture) async throws {
        var options = DatabaseOptions()
        options.maximumQueue = 4
        try await fixture.sample(options) { database in
            let release = try await occupyWriter(database)
            let refused = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<10 {
                    group.addTask {
                        do {
                            try await database.write {
                                try $0.execute("INSERT INTO item (id) VALUES (\("i\(number)"))")
                            }
                            return false
                        } catch SQLError.unavailable {
                            return true
                        }
                    }
                }
                var refused = 0
                try await whileHeld(release) {
                    for _ in 0..<6 { refused += try await group.next() == true ? 1 : 0 }
                }
                for try await one in group { refused += one ? 1 : 0 }
                return refused
            }
            #expect(refused == 6)
            #expect(try await database.read { try $0.rows("SELECT id FROM item") }.count == 4)
        }
    }
}
