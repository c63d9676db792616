import Dispatch
import SQLStore
import Testing

@Suite("PostgreSQL alone", .serialized, .enabled(if: !EngineFixture.withoutPostgres))
struct PostgresTests {
    /// A database behind a proxy, on one connection, and another one that goes straight to the same tables.
    private func proxied(
        _ adjust: (inout DatabaseOptions) -> Void = { _ in },
        _ body: (Database, Database, CuttingProxy) async throws -> Void
    ) async throws {
        try await EngineFixture.postgres.run { place in
            guard case .postgres(let url) = place.location else { return }
            let proxy = try CuttingProxy(to: url)
            defer { proxy.stop() }
            var options = DatabaseOptions()
            options.connections = 1
            options.acquireTimeoutMs = 3000
            adjust(&options)
            let direct = try await place.open()
            _ = try await direct.migrate(Sample.migrations)
            let database = try await Database.open(
                .postgres(url: try proxy.url(url)), options: options, logger: TestPlace.logger)
            try await body(database, direct, proxy)
            await database.close()
        }
    }

    @Test("a commit whose answer is lost is looked up: it was committed, and is not repeated")
    func committedInDoubt() async throws {
        try await proxied { database, direct, proxy in
            for round in 1...5 {
                let runs = Tally()
                proxy.arm(.cutAfterCommit)
                try await database.write { writer in
                    runs.increment()
                    try writer.execute("INSERT INTO item (id) VALUES (\("a\(round)"))")
                }
                #expect(runs.value == 1)
                let items = try await direct.items()
                #expect(items == round)
                #expect(database.reconnections == round)
            }
        }
    }

    @Test("a commit that never reached the server is looked up: it was not committed, and is run again")
    func abortedInDoubt() async throws {
        try await proxied { database, direct, proxy in
            for round in 1...5 {
                let runs = Tally()
                proxy.arm(.cutBeforeCommit)
                try await database.write { writer in
                    runs.increment()
                    try writer.execute("INSERT INTO item (id) VALUES (\("a\(round)"))")
                }
                #expect(runs.value == 2)
                let items = try await direct.items()
                #expect(items == round)
            }
        }
    }

    @Test("a commit that nobody can be asked about is reported as in doubt, and not repeated")
    func unknownInDoubt() async throws {
        try await proxied({ $0.acquireTimeoutMs = 300 }) { database, direct, proxy in
            let runs = Tally()
            proxy.arm(.cutAfterCommitForGood)
            await #expect {
                try await database.write { writer in
                    runs.increment()
                    try writer.execute("INSERT INTO item (id) VALUES ('a')")
                }
            } throws: { error in
                if case .inDoubt? = error as? SQLError { true } else { false }
            }
            #expect(runs.value == 1)
            try await eventually { try await direct.items() == 1 }
            proxy.refuse(false)
            let items = try await database.items()
            #expect(items == 1)
        }
    }

    @Test("a block that wrote nothing is in no doubt: it is run again")
    func nothingWritten() async throws {
        try await proxied { database, _, proxy in
            let runs = Tally()
            proxy.arm(.cutAfterCommit)
            let rows = try await database.write { writer in
                runs.increment()
                return try writer.rows("UPDATE item SET amount = 1 WHERE id = 'none' RETURNING id").count
            }
            #expect(rows == 0)
            #expect(runs.value == 2)
        }
    }

    @Test("COMMIT answered with ROLLBACK is a failure")
    func rolledBack() async throws {
        try await proxied { database, _, proxy in
            proxy.arm(.answerRollback)
            await #expect {
                try await database.write { try $0.execute("INSERT INTO item (id) VALUES ('a')") }
            } throws: { error in
                if case .statement("COMMIT", let reason)? = error as? SQLError {
                    reason.contains("ROLLBACK")
                } else {
                    false
                }
            }
        }
    }

    @Test("a connection lost between blocks is opened again")
    func lostBetween() async throws {
        try await proxied { database, direct, proxy in
            for round in 1...3 {
                proxy.cutAll()
                try await database.write { try $0.execute("INSERT INTO item (id) VALUES (\("a\(round)"))") }
                proxy.cutAll()
                let items = try await database.items()
                #expect(items == round)
            }
            #expect(database.reconnections == 6)
            let items = try await direct.items()
            #expect(items == 3)
        }
    }

    @Test("a connection that the server ends within a block: the block is run again, once")
    func terminatedWithin() async throws {
        try await EngineFixture.postgres.sample { database in
            let runs = Tally()
            try await database.write { writer in
                try writer.execute("INSERT INTO item (id) VALUES ('a')")
                if runs.increment() == 1 {
                    _ = try writer.rows("SELECT pg_terminate_backend(pg_backend_pid())")
                }
                try writer.execute("INSERT INTO item (id) VALUES ('b')")
            }
            #expect(runs.value == 2)
            let items = try await database.items()
            #expect(items == 2)
            #expect(database.reconnections == 1)
        }
    }

    @Test("all connections ended by the server at once")
    func allTerminated() async throws {
        try await EngineFixture.postgres.run { place in
            guard case .postgres(let url) = place.location else { return }
            let named = try await Database.open(
                .postgres(url: url + "&application_name=exeunt-victim"), logger: TestPlace.logger)
            _ = try await named.migrate(Sample.migrations)
            for _ in 0..<3 {
                _ = try await TestPlace.onServer {
                    try $0.rows(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'exeunt-victim'"
                    )
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<32 {
                        group.addTask {
                            _ = try await named.write {
                                try $0.execute("INSERT INTO item (id) VALUES (gen_random_uuid()::text)")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let items = try await named.items()
            #expect(items == 96)
            #expect(named.reconnections >= 3)
            await named.close()
        }
    }

    @Test("a server that is gone is an error after the time limit, and no hindrance once it is back")
    func gone() async throws {
        try await proxied({ $0.acquireTimeoutMs = 200 }) { database, _, proxy in
            proxy.refuse(true)
            proxy.cutAll()
            await #expect {
                try await database.items()
            } throws: { error in
                if case .unavailable? = error as? SQLError { true } else { false }
            }
            proxy.refuse(false)
            let items = try await database.items()
            #expect(items == 0)
        }
    }

    @Test("a deadlock is resolved by running one of the blocks again")
    func deadlock() async throws {
        try await EngineFixture.postgres.sample { database in
            try await database.write { try $0.execute("INSERT INTO item (id) VALUES ('a'), ('b')") }
            let runs = Tally()
            let locked = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, order) in [["a", "b"], ["b", "a"]].enumerated() {
                    group.addTask {
                        try await database.write { writer in
                            let run = runs.increment()
                            try writer.execute("UPDATE item SET amount = amount + 1 WHERE id = \(order[0])")
                            if run <= 2 {
                                locked[number].signal()
                                locked[1 - number].wait()
                            }
                            try writer.execute("UPDATE item SET amount = amount + 1 WHERE id = \(order[1])")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(runs.value >= 3)
            let amounts = try await database.read {
                try $0.rows("SELECT amount FROM item").map { try $0.value("amount", as: Int.self) }
            }
            #expect(amounts == [2, 2])
        }
    }

    @Test("a statement that takes too long is ended")
    func statementTimeout() async throws {
        var options = DatabaseOptions()
        options.statementTimeoutMs = 50
        try await EngineFixture.postgres.open(options) { database in
            await #expect {
                _ = try await database.read { try $0.rows("SELECT pg_sleep(30)") }
            } throws: { error in
                if case .busy? = error as? SQLError { true } else { false }
            }
        }
    }

    @Test("commits are durable even where the server's default is not")
    func synchronousCommit() async throws {
        try await EngineFixture.postgres.run { place in
            guard case .postgres(let url) = place.location else { return }
            for (setting, expected) in [("off", "on"), ("remote_apply", "remote_apply"), ("on", "on")] {
                let database = try await Database.open(
                    .postgres(url: url + "%20-csynchronous_commit%3D\(setting)"), logger: TestPlace.logger)
                let found = try await database.read {
                    try $0.row("SELECT current_setting('synchronous_commit') AS x")?.value("x", as: String.self)
                }
                #expect(found == expected)
                await database.close()
            }
        }
    }

    @Test("no backup of a server")
    func backup() async throws {
        try await EngineFixture.postgres.open { database in
            await #expect {
                try await database.backup(to: "/tmp/never")
            } throws: { error in
                if case .unsupported(let reason)? = error as? SQLError { reason.contains("pg_dump") } else { false }
            }
        }
    }
}
