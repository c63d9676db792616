import SQLStore
import Testing

@Suite("Migrations, on each engine", .serialized)
struct MigrationTests {
    private static let second = Migration(
        version: 2, name: "colours",
        steps: [
            .addColumn(table: "item", .text("colour", default: "it's red")),
            .addColumn(table: "item", .bytes("seal", default: [])),
            .statement("UPDATE item SET colour = \("blue") WHERE amount > \(5)"),
        ])
    private static let third = Migration(
        version: 5, name: "notes", steps: [.index(Index("item_note", on: "item", ["note", "colour"], unique: true))])
    private static let all = Sample.migrations + [second, third]

    @Test("one by one, all at once: the same schema, each applied once", arguments: EngineFixture.all)
    func incremental(_ fixture: EngineFixture) async throws {
        var dumps: [String] = []
        for steps in [[1, 2, 3], [3]] {
            try await fixture.open { database in
                var applied: [Int] = []
                for count in steps {
                    let known = Array(Self.all.prefix(count))
                    let pending = try await database.pendingMigrations(known)
                    let done = try await database.migrate(known)
                    #expect(done == pending)
                    #expect(try await database.migrate(known) == [])
                    #expect(try await database.pendingMigrations(known) == [])
                    applied += done
                    if count == 1 {
                        try await database.write {
                            try $0.execute("INSERT INTO item (id, amount) VALUES ('a', 9), ('b', 1)")
                        }
                    }
                }
                #expect(applied == [1, 2, 5])
                let colours = try await database.read { reader in
                    try reader.rows("SELECT colour FROM item ORDER BY id").map {
                        try $0.value("colour", as: String.self)
                    }
                }
                #expect(colours == (steps.count == 3 ? ["blue", "it's red"] : []))
                dumps.append(try await database.schemaDump())
            }
        }
        #expect(dumps[0] == dumps[1])
        #expect(dumps[0].contains("item_note"))
    }

    @Test("a newer database is refused", arguments: EngineFixture.all)
    func newer(_ fixture: EngineFixture) async throws {
        try await fixture.open { database in
            _ = try await database.migrate(Self.all)
            let refusal = SQLError.newerSchema(found: 5, known: 1)
            await #expect(throws: refusal) { try await database.migrate(Sample.migrations) }
            await #expect(throws: refusal) { try await database.pendingMigrations(Sample.migrations) }
            #expect("\(refusal)".contains("use the newer program"))
        }
    }

    @Test("another history is refused", arguments: EngineFixture.all)
    func otherHistory(_ fixture: EngineFixture) async throws {
        try await fixture.open { database in
            _ = try await database.migrate(Sample.migrations)
            let other = Migration(version: 1, name: "other", steps: [])
            await #expect(throws: SQLError.schemaMismatch("migration 1 is \"sample\" there and \"other\" here")) {
                try await database.migrate([other, Self.second])
            }
        }
    }

    @Test("a migration that fails leaves nothing behind", arguments: EngineFixture.all)
    func atomic(_ fixture: EngineFixture) async throws {
        try await fixture.open { database in
            let bad = Migration(version: 2, name: "bad", steps: [.statement("INSERT INTO nowhere (x) VALUES (1)")])
            await #expect(throws: SQLError.self) { try await database.migrate(Sample.migrations + [bad]) }
            let pending = try await database.pendingMigrations(Sample.migrations)
            #expect(pending == [1])
            let dump = try await database.schemaDump()
            #expect(dump == "")
            let applied = try await database.migrate(Sample.migrations)
            #expect(applied == [1])
        }
    }

    @Test("several instances migrate at once", arguments: EngineFixture.shared)
    func concurrent(_ fixture: EngineFixture) async throws {
        for _ in 0..<5 {
            try await fixture.run { place in
                var instances: [Database] = []
                for _ in 0..<4 { instances.append(try await place.open()) }
                let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
                    for database in instances { group.addTask { try await database.migrate(Self.all) } }
                    return try await group.reduce([], +)
                }
                #expect(applied.sorted() == [1, 2, 5])
            }
        }
    }

    @Test("the dump shows what each engine has", arguments: EngineFixture.all)
    func dump(_ fixture: EngineFixture) async throws {
        try await fixture.open { database in
            let table = Table(
                "tiny", [.sequence("id"), .text("name"), .bool("seen", default: false)], unique: [["name"]])
            _ = try await database.migrate([
                Migration(
                    version: 1, name: "t", steps: [.table(table), .index(Index("tiny_seen", on: "tiny", ["seen"]))])
            ])
            let dump = try await database.schemaDump()
            #expect(dump == (database.engine == .sqlite ? Self.sqliteDump : Self.postgresDump))
        }
    }

    private static let sqliteDump = """
        CREATE TABLE schema_migrations (
            version INTEGER NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (version)
        ) STRICT;
        CREATE TABLE tiny (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            seen INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)),
            UNIQUE (name)
        ) STRICT;
        CREATE INDEX tiny_seen ON tiny (seen);

        """

    private static let postgresDump = """
        TABLE schema_migrations
            version bigint NOT NULL
            name text COLLATE C NOT NULL
            CONSTRAINT schema_migrations_pkey PRIMARY KEY (version)
        TABLE tiny
            id bigint NOT NULL IDENTITY
            name text COLLATE C NOT NULL
            seen smallint NOT NULL DEFAULT 0
            CONSTRAINT tiny_name_key UNIQUE (name)
            CONSTRAINT tiny_pkey PRIMARY KEY (id)
            CONSTRAINT tiny_seen_check CHECK ((seen = ANY (ARRAY[0, 1])))
            CREATE INDEX tiny_seen ON tiny USING btree (seen)

        """

    @Test("explain shows whether an index serves", arguments: EngineFixture.all)
    func explain(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            let served = try await database.explain("SELECT id FROM item WHERE active = 1 AND due_at <= \(5)")
            #expect(served.joined().contains("item_due"))
            let scanned = try await database.explain("SELECT id FROM item WHERE amount = \(5)")
            #expect(!scanned.joined().contains("item_due"))
            #expect(scanned.joined().contains(database.engine == .sqlite ? "SCAN" : "Seq Scan"))
        }
    }

    @Test("a sequence never gives a number twice", arguments: EngineFixture.all)
    func sequence(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            try await database.write { try $0.execute("INSERT INTO item (id) VALUES ('a')") }
            var numbers: [Int] = []
            for name in ["x", "y", "z"] {
                numbers.append(
                    try await database.write { writer in
                        let row = try writer.row("INSERT INTO part (item_id, name) VALUES ('a', \(name)) RETURNING id")
                        try writer.execute("DELETE FROM part WHERE name = 'y'")
                        return try row?.value("id", as: Int.self) ?? 0
                    })
            }
            #expect(numbers == [1, 2, 3])
        }
    }
}
