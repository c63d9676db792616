import ExeuntProvider
import OpenIDTypes
import SQLStore
import Testing

@Suite("Finding clients")
struct ClientRegistryTests {
    @Test("a change by another process holds for the very next lookup")
    func freshness() async throws {
        let place = try await ClientPlace()
        _ = try await place.add(["client_name": "Before"])
        #expect(try await place.find("app")?.name == "Before")
        // The administration of another process shares nothing but the database.
        _ = try await place.update(["client_name": "After"])
        #expect(try await place.find("app")?.name == "After")
        let metadata = try #require(try await place.find("app")).metadata
        try await place.database.write { db in
            var json = metadata.json.object ?? [:]
            json["client_name"] = "Behind"
            let text = JSONValue.object(json).serialized()
            try db.execute("UPDATE clients SET metadata = \(text), revision = revision + 1 WHERE client_id = 'app'")
        }
        #expect(try await place.find("app")?.name == "Behind")
    }

    @Test("a full cache is emptied, and nothing is lost")
    func capacity() async throws {
        let place = try await ClientPlace()
        for index in 0..<5 {
            _ = try await place.add(["client_id": .string("c\(index)"), "client_name": .string("n\(index)")])
        }
        let registry = ClientRegistry(capacity: 2)
        for index in [0, 1, 2, 3, 4, 0, 4, 2] {
            let client = try await place.database.read { db in try registry.find(ClientID("c\(index)"), in: db) }
            #expect(client?.name == "n\(index)")
        }
    }

    @Test(
        "names that cannot be registered are unknown without asking the database",
        arguments: [
            "", "a b", "a\u{0}b", "\u{212A}", String(repeating: "x", count: 256), "a\"b",
        ])
    func illegal(id: String) async throws {
        let place = try await ClientPlace()
        #expect(try await place.find(id) == nil)
        let refusals = try await #require(throws: RegistrationRefusals.self) {
            try await place.add(["client_id": .string(id)])
        }
        #expect(refusals.refusals.map(\.member) == ["client_id"])
    }

    @Test("a record that cannot be read is a fault that names the client, not an unknown client")
    func unreadable() async throws {
        let place = try await ClientPlace()
        _ = try await place.add()
        try await place.database.write { db in
            try db.execute(
                "UPDATE clients SET metadata = '{\"redirect_uris\": 7}', revision = 99 WHERE client_id = 'app'")
        }
        await #expect(throws: ClientRegistry.Unreadable.self) { try await place.find("app") }
    }

    @Test("the provider's settings stand in where the client does not say")
    func defaults() async throws {
        let place = try await ClientPlace(defaults: ClientDefaults(receipt: .always, defaultScope: .browser))
        _ = try await place.add(["exeunt_receipt": "never"])
        let metadata = try #require(try await place.find("app")).metadata
        #expect(metadata.receipt == .never && metadata.defaultScope == .browser)
    }
}
