import Dispatch
import SQLStore
import Testing

@Suite("Claiming work, on each engine", .serialized)
struct WorkClaimTests {
    private func claim(_ worker: String, limit: Int) -> WorkClaim {
        WorkClaim(
            table: "item", due: "active = 1 AND due_at <= \(1000)", order: "due_at, id", limit: limit,
            set: "active = 0, note = \(worker)", returning: "id")
    }

    private func fill(_ database: Database, _ count: Int) async throws {
        try await database.write { writer in
            for number in 0..<count {
                try writer.execute("INSERT INTO item (id, due_at) VALUES (\("i\(number)"), \(number % 100))")
            }
            try writer.execute("INSERT INTO item (id, due_at) VALUES ('later', \(1001))")
        }
    }

    @Test("two workers never claim the same row, and never more than they asked for", arguments: EngineFixture.all)
    func disjoint(_ fixture: EngineFixture) async throws {
        try await fixture.run { place in
            let database = try await place.open()
            _ = try await database.migrate(Sample.migrations)
            try await fill(database, 300)
            // Where instances can share a place, each worker has its own, like two nodes.
            let other = fixture == .memory ? database : try await place.open()
            let claimed = Tally()
            let all = try await withThrowingTaskGroup(of: [String].self) { group in
                for worker in 0..<8 {
                    let own = worker % 2 == 0 ? database : other
                    group.addTask {
                        var names: [String] = []
                        // An empty claim does not prove that nothing is left; a row claimed twice would end this early.
                        while claimed.value < 300 {
                            let rows = try await own.write { try $0.claim(claim("worker\(worker)", limit: 7)) }
                            #expect(rows.count <= 7)
                            names += try rows.map { try $0.value("id", as: String.self) }
                            for _ in rows { claimed.increment() }
                        }
                        return names
                    }
                }
                return try await group.reduce([], +)
            }
            #expect(all.count == 300)
            #expect(Set(all).count == 300)
            #expect(!all.contains("later"))
        }
    }

    @Test("first come the rows that are due longest", arguments: EngineFixture.all)
    func order(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            try await fill(database, 50)
            let rows = try await database.write { try $0.claim(claim("w", limit: 3)) }
            #expect(try Set(rows.map { try $0.value("id", as: String.self) }) == ["i0", "i1", "i2"])
        }
    }

    @Test("rows that another transaction holds are passed over", .enabled(if: !EngineFixture.withoutPostgres))
    func skipLockedRows() async throws {
        var options = DatabaseOptions()
        // A claim that waits for the lock fails by this, and does not hang.
        options.statementTimeoutMs = 5000
        try await EngineFixture.postgres.sample(options) { database in
            try await fill(database, 4)
            let (locked, release) = (Tally(), DispatchSemaphore(value: 0))
            async let holder: Void = database.write { writer in
                _ = try writer.rows("SELECT id FROM item WHERE id IN ('i0', 'i1') \(forUpdate)")
                locked.increment()
                release.wait()
            }
            let rows = try await whileHeld(release) {
                try await eventually { locked.value == 1 }
                return try await database.write { try $0.claim(claim("w", limit: 10)) }
            }
            #expect(try Set(rows.map { try $0.value("id", as: String.self) }) == ["i2", "i3"])
            try await holder
        }
    }
}
