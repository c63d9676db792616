import ExeuntProvider
import ExeuntTesting
import Logging
import OpenIDTypes
import OutgoingHTTP
import SQLStore

/// A registry and its administration over a database of its own.
struct ClientPlace: Sendable {
    static let document: JSONObject = ["client_id": "app", "redirect_uris": ["https://rp.example/cb"]]

    let clock = ManualClock()
    let database: Database
    let registry: ClientRegistry
    let administration: ClientAdministration

    init(defaults: ClientDefaults = ClientDefaults()) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        database = try await Database.open(.memory, logger: logger)
        _ = try await database.migrate(Schema.migrations)
        registry = ClientRegistry(defaults: defaults)
        administration = ClientAdministration(
            database: database,
            policy: RegistrationPolicy(issuerOrigin: "https://op.example", development: false),
            addresses: AddressPolicy(),
            termination: SessionTermination(
                database: database, clients: registry,
                deliveries: LogoutDeliveryStore(clients: registry, settings: DeliverySettings()), clock: clock
            ),
            clock: clock
        )
    }

    func find(_ id: String) async throws -> Client? {
        let registry = registry
        return try await database.read { db in try registry.find(ClientID(id), in: db) }
    }

    func add(_ changes: JSONObject = [:]) async throws -> ClientRegistration {
        try await administration.add(.object(Self.document.merging(changes)), actor: "test")
    }

    func update(_ changes: JSONObject) async throws -> ClientRegistration {
        try await administration.update(ClientID("app"), .object(Self.document.merging(changes)), actor: "test")
    }

    func audit() async throws -> [String] {
        try await database.read { db in
            try db.rows("SELECT action FROM audit ORDER BY seq").map { try $0.value("action") }
        }
    }
}
