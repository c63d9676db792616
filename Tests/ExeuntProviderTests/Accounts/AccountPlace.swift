import ExeuntProvider
import ExeuntTesting
import Logging
import OpenIDTypes
import SQLStore

/// Accounts over a database in memory, and the sessions and deliveries that hang on them.
struct AccountPlace: Sendable {
    let database: Database
    let clock = ManualClock()
    let directory = AccountDirectory()
    let hasher: PasswordHasher
    let administration: AccountAdministration
    let importer: AccountImport
    let passwords: PasswordSignIn
    let sessions = SessionStore(lifetimes: Lifetimes())

    init() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let database = try await Database.open(.memory, logger: logger)
        _ = try await database.migrate(Schema.migrations)
        self.init(database)
    }

    /// Over a migrated database of either engine.
    init(_ database: Database) {
        self.database = database
        hasher = PasswordHasher(parameters: PasswordParameters(memory: 8, iterations: 1, lanes: 1))
        let registry = ClientRegistry()
        let termination = SessionTermination(
            database: database, clients: registry,
            deliveries: LogoutDeliveryStore(clients: registry, settings: DeliverySettings()), clock: clock
        )
        administration = AccountAdministration(
            database: database, directory: directory, hasher: hasher, termination: termination, clock: clock
        )
        importer = AccountImport(database: database, hasher: hasher, clock: clock)
        passwords = PasswordSignIn(
            database: database, directory: directory, hasher: hasher, throttle: LoginThrottle(), clock: clock
        )
    }

    @discardableResult
    func add(_ username: String = "anna", password: String? = "first password") async throws -> Account {
        try await administration.add(username: username, claims: [:], password: password, actor: "test")
    }

    func find(_ username: String) async throws -> Account? {
        let directory = directory
        return try await database.read { db in try directory.find(username: username, in: db) }
    }

    func find(_ id: AccountID) async throws -> Account? {
        let directory = directory
        return try await database.read { db in try directory.find(id, in: db) }
    }

    func signIn(_ account: Account) async throws -> Session {
        let (sessions, now) = (sessions, clock.now)
        return try await database.write { db in
            try sessions.signIn(
                account: account.id, userAgentSecret: nil, persistent: false, amr: ["pwd"], address: "192.0.2.1",
                agent: "test", in: db, now: now
            )
            .session
        }
    }

    func isAlive(_ session: Session) async throws -> Bool {
        let (sessions, now) = (sessions, clock.now)
        return try await database.read { db in try sessions.alive(session.id, in: db, now: now) != nil }
    }

    func check(_ username: String, _ password: String) async throws -> PasswordSignIn.Verdict {
        try await passwords.check(
            password: password,
            for: LoginThrottle.Attempt(username: username, address: "192.0.2.1", browserHash: nil)
        )
    }

    func causes() async throws -> [String] {
        try await database.read { db in
            try db.rows("SELECT cause FROM logouts ORDER BY created_at").map { try $0.value("cause", as: String.self) }
        }
    }
}
