import SQLStore
import Testing

@Suite("Statements, on each engine", .serialized)
struct StatementTests {
    @Test("values come back as they went in", arguments: EngineFixture.all)
    func roundTrip(_ fixture: EngineFixture) async throws {
        let values: [SQLValue] = [
            .integer(0), .integer(-1), .integer(.max), .integer(.min), .text(""), .text("Exeunt omnes"),
            .text("ünï¢ødé 🎭 \u{202e}rtl\u{202c} e\u{301} é \u{10FFFF} ' \" \\ $1 ? ?1"),
            .text(String(repeating: "á", count: 300_000)), .bytes([]), .bytes([0, 1, 0, 255, 0]),
            .bytes((0..<100_000).map { UInt8(truncatingIfNeeded: $0) }), .null,
        ]
        try await fixture.open { database in
            _ = try await database.migrate([
                Migration(
                    version: 1, name: "v",
                    steps: [
                        .table(
                            Table(
                                "v",
                                [
                                    .int64("n"), .int64("i", null: true), .text("t", null: true),
                                    .bytes("b", null: true),
                                ],
                                primaryKey: ["n"]))
                    ])
            ])
            for (number, value) in values.enumerated() {
                let column: SQL =
                    switch value {
                    case .integer, .null: "i"
                    case .text: "t"
                    case .bytes: "b"
                    }
                try await database.write {
                    try $0.execute("INSERT INTO v (n, \(sql: column)) VALUES (\(number), \(value))")
                }
                let row = try await database.read {
                    try $0.row("SELECT \(sql: column) AS x FROM v WHERE n = \(number)")
                }
                #expect(try #require(row).value("x", as: SQLValue.self) == value)
            }
        }
    }

    @Test("optionals, booleans, integers and nulls", arguments: EngineFixture.all)
    func types(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            let note: String? = nil
            let data: [UInt8]? = nil
            let row = try await database.write { writer in
                try writer.row(
                    """
                    INSERT INTO item (id, amount, note, data, active) VALUES (\("a"), \(7), \(note), \(data), \(false)) \
                    RETURNING id, amount, note, data, active, extra, due_at
                    """)
            }
            let item = try #require(row)
            #expect(try item.value("id") == "a")
            #expect(try item.value("amount") == 7)
            #expect(try item.value("amount") == Int64(7))
            #expect(try item.optional("note", as: String.self) == nil)
            #expect(try item.optional("data", as: [UInt8].self) == nil)
            #expect(try item.value("active") == false)
            #expect(try item.value("extra") == "{}")
            #expect(throws: SQLError.decoding("column note is null")) { try item.value("note", as: String.self) }
            #expect(throws: SQLError.decoding("column id: expected an integer, found text")) {
                try item.value("id", as: Int.self)
            }
            #expect(throws: SQLError.decoding("no column missing in the result")) {
                try item.optional("missing", as: Int.self)
            }
        }
    }

    @Test("counts, sums and conditions are integers", arguments: EngineFixture.all)
    func aggregates(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            let row = try await database.write { writer in
                for number in 1...3 {
                    try writer.execute("INSERT INTO item (id, amount) VALUES (\("i\(number)"), \(number * 10))")
                }
                return try writer.row(
                    "SELECT count(*) AS n, sum(amount) AS s, max(amount) AS m, count(*) > 2 AS many FROM item")
            }
            let found = try #require(row)
            #expect(try found.value("n") == 3)
            #expect(try found.value("s") == 60)
            #expect(try found.value("m") == 30)
            #expect(try found.value("many") == true)
        }
    }

    @Test("spliced statements and lists", arguments: EngineFixture.all)
    func composition(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            try await database.write { writer in
                for number in 1...5 {
                    try writer.execute("INSERT INTO item (id, amount) VALUES (\("i\(number)"), \(number))")
                }
            }
            let inner: SQL = "amount >= \(2) AND amount <= \(4)"
            let order: SQL = " ORDER BY amount" + " LIMIT \(10)"
            let sql: SQL = "SELECT id FROM item WHERE active = \(true) AND \(sql: inner) AND id <> \("i3")" + order
            let names = try await database.read { try $0.rows(sql).map { try $0.value("id", as: String.self) } }
            #expect(names == ["i2", "i4"])
            let listed: SQL = "SELECT count(*) AS n FROM item WHERE id IN \(list: ["i1", "i5", "x"]) AND amount < \(9)"
            #expect(try await database.read { try $0.row(listed)?.value("n", as: Int.self) } == 2)
            let empty: SQL = "SELECT count(*) AS n FROM item WHERE id IN \(list: [String]())"
            #expect(try await database.read { try $0.row(empty)?.value("n", as: Int.self) } == 0)
        }
    }

    @Test("text is ordered by code point", arguments: EngineFixture.all)
    func order(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            let names = ["a", "B", "_", "ä", "Z", "z", "10", "9"]
            let found = try await database.write { writer in
                for name in names { try writer.execute("INSERT INTO item (id) VALUES (\(name))") }
                return try writer.rows("SELECT id FROM item ORDER BY id").map { try $0.value("id", as: String.self) }
            }
            #expect(found == ["10", "9", "B", "Z", "_", "a", "z", "ä"])
        }
    }

    @Test("a NUL character in text is refused, not cut off", arguments: EngineFixture.all)
    func nulCharacter(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            await #expect {
                try await database.write { try $0.execute("INSERT INTO item (id) VALUES (\("a\0b"))") }
            } throws: { error in
                guard case .statement(let sql, let reason)? = error as? SQLError else { return false }
                return !sql.contains("a\0b") && !reason.contains("a\0b")
            }
            let items = try await database.items()
            #expect(items == 0)
        }
    }

    @Test("execute counts the rows of its statement", arguments: EngineFixture.all)
    func changes(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            let counts = try await database.write { writer in
                [
                    try writer.execute("INSERT INTO item (id) VALUES ('a'), ('b'), ('c')"),
                    try writer.execute("INSERT INTO part (item_id, name) VALUES ('a', 'x'), ('a', 'y')"),
                    try writer.execute("UPDATE item SET amount = 5 WHERE id <> 'a'"),
                    try writer.execute("UPDATE item SET amount = 5 WHERE id = 'none'"),
                    try writer.execute("CREATE INDEX item_amount ON item (amount)"),
                    try writer.execute("INSERT INTO item (id) VALUES ('a') ON CONFLICT (id) DO NOTHING"),
                    try writer.execute("DELETE FROM item WHERE id = 'a'"),
                ]
            }
            #expect(counts == [3, 2, 2, 0, 0, 0, 1])
            #expect(try await database.read { try $0.rows("SELECT id FROM part") }.isEmpty)
        }
    }

    @Test("row() runs a write to its end", arguments: EngineFixture.all)
    func returningToTheEnd(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            let left = try await database.write { writer in
                try writer.execute("INSERT INTO item (id) VALUES ('a'), ('b'), ('c')")
                _ = try writer.row("UPDATE item SET amount = 1 RETURNING id")
                return try writer.row("SELECT count(*) AS n FROM item WHERE amount = 0")?.value("n", as: Int.self)
            }
            #expect(left == 0)
        }
    }

    @Test("upsert with RETURNING", arguments: EngineFixture.all)
    func upsert(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            let sql: SQL = """
                INSERT INTO item (id, amount) VALUES ('a', \(1)) ON CONFLICT (id) \
                DO UPDATE SET amount = item.amount + excluded.amount RETURNING amount
                """
            for expected in 1...3 {
                let amount = try await database.write { try $0.row(sql)?.value("amount", as: Int.self) }
                #expect(amount == expected)
            }
        }
    }

    @Test("one statement at a time, no placeholder by hand", arguments: EngineFixture.all)
    func singleStatement(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            let placeholder: SQL =
                database.engine == .sqlite ? "SELECT id FROM item WHERE id = ?" : "SELECT id FROM item WHERE id = $1"
            for sql: SQL in ["DELETE FROM part; DELETE FROM item", placeholder, "SELEKT 1", "SELECT nothing FROM item"]
            {
                await #expect {
                    try await database.write { try $0.rows(sql) }
                } throws: { error in
                    if case .statement? = error as? SQLError { true } else { false }
                }
            }
        }
    }

    @Test("more texts than the statement cache holds", arguments: EngineFixture.all)
    func manyTexts(_ fixture: EngineFixture) async throws {
        try await fixture.sample { database in
            for round in 0..<2 {
                let sums = try await database.read { reader in
                    try (1...600).map { count in
                        let list = (0..<count).map { "i\($0)" }
                        return try reader.row(
                            "SELECT \(count) AS n, count(*) AS found FROM item WHERE id IN \(list: list)")?
                            .value("n", as: Int.self)
                    }
                }
                #expect(sums == (1...600).map { $0 }, "round \(round)")
            }
        }
    }

    @Test("a cached statement follows a change of its table", arguments: EngineFixture.all)
    func changedTable(_ fixture: EngineFixture) async throws {
        var options = DatabaseOptions()
        options.connections = 1
        options.readers = 1
        try await fixture.sample(options) { database in
            try await database.write { try $0.execute("INSERT INTO item (id) VALUES ('a')") }
            let sql: SQL = "SELECT * FROM item"
            let before = try await database.read { try $0.row(sql) }
            #expect(throws: SQLError.self) { try #require(before).value("colour", as: String.self) }
            _ = try await database.write { try $0.row(sql) }
            try await database.write {
                try $0.execute("ALTER TABLE item ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'")
            }
            let row = try await database.read { try $0.row(sql) }
            #expect(try #require(row).value("colour") == "red")
            let written = try await database.write { try $0.row(sql) }
            #expect(try #require(written).value("colour") == "red")
        }
    }
}
