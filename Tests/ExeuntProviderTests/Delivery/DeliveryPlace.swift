import ExeuntProvider
import ExeuntTesting
import Foundation
import Logging
import OpenIDTypes
import OutgoingHTTP
import SQLStore
import Testing

/// Which database a test of sessions or deliveries runs on.
enum DeliveryEngine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory = "SQLite in memory"
    case file = "SQLite in a file"
    case postgres = "PostgreSQL"

    var testDescription: String { rawValue }

    static let withoutPostgres = ProcessInfo.processInfo.environment["EXEUNT_TEST_WITHOUT_POSTGRES"] == "1"
    static let all: [DeliveryEngine] = withoutPostgres ? [.memory, .file] : [.memory, .file, .postgres]
    /// Those that several processes can share.
    static let shared: [DeliveryEngine] = withoutPostgres ? [.file] : [.file, .postgres]

    /// Runs `body` on a fresh database.
    func run(
        settings: DeliverySettings = DeliverySettings(), batch: Int = 1000,
        _ body: @Sendable (DeliveryPlace) async throws -> Void
    ) async throws {
        let name = "delivery_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        let folder = NSTemporaryDirectory() + "/exeunt-" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let location = try await location(name, folder)
        let place = try await DeliveryPlace(location, settings: settings, batch: batch)
        let result: Result<Void, any Error>
        do { result = .success(try await body(place)) } catch { result = .failure(error) }
        await place.database.close()
        try? FileManager.default.removeItem(atPath: folder)
        if self == .postgres { try await Self.onServer("DROP SCHEMA \(name) CASCADE") }
        try result.get()
    }

    private func location(_ name: String, _ folder: String) async throws -> DatabaseLocation {
        switch self {
        case .memory: return .memory
        case .file: return .sqlite(path: folder + "/data.sqlite")
        case .postgres:
            try await Self.onServer("CREATE SCHEMA \(name)")
            let server = try #require(ProcessInfo.processInfo.environment["EXEUNT_TEST_POSTGRES"])
            return .postgres(url: server + (server.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(name)")
        }
    }

    private static func onServer(_ statement: String) async throws {
        let server = try #require(
            ProcessInfo.processInfo.environment["EXEUNT_TEST_POSTGRES"],
            "start Tests/servers/postgres.sh, or set EXEUNT_TEST_WITHOUT_POSTGRES=1"
        )
        let database = try await Database.open(.postgres(url: server), logger: DeliveryPlace.logger)
        try await database.write { _ = try $0.execute(SQL(stringLiteral: statement)) }
        await database.close()
    }
}

/// Sessions, termination, deliveries and a dispatcher over one database, without a server.
struct DeliveryPlace: Sendable {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let issuer = "https://op.example"
    /// Made once: an RSA key takes its time.
    static let keyMaterial = Result { try SigningAlgorithm.allCases.map { try KeyMaterial.generate($0) } }

    let location: DatabaseLocation
    let clock = ManualClock()
    let database: Database
    let settings: DeliverySettings
    let keys: KeyRing
    let clients = ClientRegistry()
    let sessions = SessionStore(lifetimes: Lifetimes())
    let deliveries: LogoutDeliveryStore
    let termination: SessionTermination
    let dispatcher: LogoutDispatcher
    let receipts = LogoutReceiptStore()

    init(_ location: DatabaseLocation, settings: DeliverySettings, batch: Int) async throws {
        self.location = location
        self.settings = settings
        database = try await Database.open(location, logger: Self.logger)
        _ = try await database.migrate(Schema.migrations)
        keys = try await KeyRing.open(
            database: database, issuer: Self.issuer, box: SecretBox(masterKey: [UInt8](repeating: 7, count: 32)),
            clock: clock, logger: Self.logger, initialKeys: try Self.keyMaterial.get()
        )
        deliveries = LogoutDeliveryStore(clients: clients, settings: settings)
        termination = SessionTermination(
            database: database, clients: clients, deliveries: deliveries, clock: clock, batch: batch
        )
        dispatcher = try Self.dispatcher(database, keys, deliveries, settings, clock)
    }

    static func dispatcher(
        _ database: Database, _ keys: KeyRing, _ store: LogoutDeliveryStore, _ settings: DeliverySettings,
        _ clock: any WallClock
    ) throws -> LogoutDispatcher {
        LogoutDispatcher(
            database: database,
            outgoing: try OutgoingClient(policy: AddressPolicy(development: true), logger: logger),
            keys: keys,
            store: store,
            issuer: try Issuer(issuer),
            settings: settings,
            clock: clock,
            logger: logger
        )
    }

    /// As after a restart, or on another machine: nothing in memory, the same database.
    func anotherDispatcher() throws -> LogoutDispatcher {
        try Self.dispatcher(database, keys, deliveries, settings, clock)
    }

    func addAccount(_ name: String) async throws {
        try await database.write { [now = clock.now] db in
            try db.execute(
                """
                INSERT INTO accounts (account_id, username, username_key, status, claims, created_at, updated_at) \
                VALUES (\(name), \(name), \(name), 'active', '{"name":"Anna"}', \(now), \(now))
                """
            )
        }
    }

    func addClient(_ id: String, _ changes: JSONObject = [:]) async throws {
        let metadata: JSONObject = [
            "client_name": .string("Application \(id)"),
            "redirect_uris": [.string("https://\(id).example/callback")],
            "token_endpoint_auth_method": "client_secret_basic",
            "id_token_signed_response_alg": "ES256",
        ]
        let text = JSONValue.object(metadata.merging(changes)).serialized()
        try await database.write { [now = clock.now] db in
            try db.execute(
                """
                INSERT INTO clients (client_id, metadata, status, revision, created_at, updated_at) \
                VALUES (\(id), \(text), 'active', 1, \(now), \(now)) \
                ON CONFLICT (client_id) DO UPDATE SET metadata = excluded.metadata, revision = clients.revision + 1
                """
            )
        }
    }

    func signIn(_ account: String = "anna", browser: String? = nil) async throws -> SignIn {
        try await database.write { [sessions, now = clock.now] db in
            try sessions.signIn(
                account: AccountID(account), userAgentSecret: browser, persistent: false, amr: ["pwd"],
                address: "192.0.2.1", agent: "test", in: db, now: now
            )
        }
    }

    @discardableResult
    func join(_ session: SessionID, _ client: String, subject: String? = nil) async throws -> SID? {
        try await database.write { [sessions, clients, now = clock.now] db in
            guard let found = try clients.find(ClientID(client), in: db) else { return nil }
            return try sessions.join(
                session, client: found, subject: Subject(subject ?? "sub-at-\(client)"), in: db, now: now
            )
        }
    }

    @discardableResult
    func end(
        _ scope: TerminationScope, cause: TerminationCause = .endSession, offline: Bool = false,
        browser: [UInt8]? = nil
    ) async throws -> TerminationOutcome {
        try await termination.end(
            TerminationRequest(scope: scope, cause: cause, offline: offline, browserHash: browser, actor: "test")
        )
    }

    func list(_ outcome: TerminationOutcome) async throws -> [LogoutDeliverySummary] {
        guard let id = outcome.logoutID else { return [] }
        return try await database.read { [deliveries] db in try deliveries.list(logout: id, in: db) }
    }

    func all(_ state: LogoutDelivery.State? = nil) async throws -> [LogoutDeliverySummary] {
        try await database.read { [deliveries] db in try deliveries.list(state: state, limit: 100_000, in: db) }
    }

    func attempts(of id: DeliveryID) async throws -> [LogoutDeliverySummary.Attempt] {
        try await database.read { [deliveries] db in try deliveries.attempts(of: id, in: db) }
    }

    func receipt(_ outcome: TerminationOutcome) async throws -> LogoutReceipt {
        let id = try #require(outcome.logoutID)
        let found = try await database.read { [receipts, now = clock.now] db in try receipts.load(id, in: db, now: now)
        }
        return try #require(found)
    }

    func isAlive(_ session: SessionID) async throws -> Bool {
        try await database.read { [sessions, now = clock.now] db in try sessions.alive(session, in: db, now: now) != nil
        }
    }

    func count(_ table: SQL) async throws -> Int {
        try await database.read { db in try db.row("SELECT COUNT(*) AS n FROM \(sql: table)")?.value("n") ?? 0 }
    }
}

extension DeliveryPlace {
    /// A grant of a client in a session, as redemption makes it.
    func grant(_ session: Session, _ client: String, _ kind: Grant.Kind) async throws -> GrantID {
        let sid = try #require(try await join(session.id, client))
        let id = GrantID(OrderedIdentifier.make(at: clock.now))
        let grant = Grant(
            id: id, kind: kind, sessionID: session.id, accountID: session.accountID, clientID: ClientID(client),
            sid: sid, subject: Subject("sub-at-\(client)"), scope: ["openid"], claims: nil, nonce: nil,
            authTime: session.authTime, amr: session.amr
        )
        try await database.write { [now = clock.now] db in try GrantStore().insert(grant, in: db, now: now) }
        return id
    }

    func isAlive(_ grant: GrantID) async throws -> Bool {
        try await database.read { [now = clock.now] db in try GrantStore().isAlive(grant, in: db, now: now) }
    }
}
