package import Logging
package import OpenIDTypes
package import OutgoingHTTP
package import SQLStore

/// Everything that a provider is made of, opened and ready. Endpoints take what they need from here; commands too.
package struct ProviderParts: Sendable {
    package let configuration: ProviderConfiguration
    package let clock: any WallClock
    package let database: Database
    package let secretBox: SecretBox
    package let keys: KeyRing
    package let clients: ClientRegistry
    package let accounts: AccountDirectory
    package let hasher: PasswordHasher
    package let passwords: PasswordSignIn
    package let sessions: SessionStore
    package let grants: GrantStore
    package let termination: SessionTermination
    package let deliveries: LogoutDeliveryStore
    package let receipts: LogoutReceiptStore
    package let dispatcher: LogoutDispatcher
    package let addresses: AddressPolicy
    package let outgoing: OutgoingClient
    package let pages: PageRenderer
    package let subjects: SubjectIdentifiers
    package let readiness: Readiness
    package let logger: Logger

    /// What a test, or an embedding program, may put in place of the real thing.
    package struct Substitutes: Sendable {
        package var outgoing: OutgoingClient?
        /// Used where the database has no key of that algorithm yet.
        package var signingKeys: [KeyMaterial] = []
        package var passwordParameters = PasswordParameters()

        package init() {}
    }

    /// Opens the database, brings it up to date, and loads the keys.
    ///
    /// - Parameter migrates: a server migrates; a command that finds an old database says so and changes nothing.
    /// - Throws: `SQLError`, `MasterKeyFile.Failure`, `StartFailure`, or what the authority file is refused with; each
    ///   is one sentence.
    package static func open(
        configuration: ProviderConfiguration,
        clock: any WallClock = SystemClock(),
        logger: Logger,
        outgoing: OutgoingClient? = nil,
        migrates: Bool = true,
        substitutes: Substitutes = Substitutes()
    ) async throws -> ProviderParts {
        let database = try await Database.open(configuration.database, logger: logger)
        do {
            if migrates {
                _ = try await database.migrate(Schema.migrations)
            } else if try await !database.pendingMigrations(Schema.migrations).isEmpty {
                throw StartFailure.databaseOutOfDate
            }
            let box = try await MasterKeyFile.open(configuration.masterKey, database: database)
            let keys = try await KeyRing.open(
                database: database,
                issuer: configuration.issuer.text,
                box: box,
                clock: clock,
                logger: logger,
                initialKeys: substitutes.signingKeys
            )
            return try ProviderParts(configuration, clock, database, box, keys, logger, outgoing, substitutes)
        } catch {
            await database.close()
            throw error
        }
    }

    private init(
        _ configuration: ProviderConfiguration,
        _ clock: any WallClock,
        _ database: Database,
        _ box: SecretBox,
        _ keys: KeyRing,
        _ logger: Logger,
        _ outgoing: OutgoingClient?,
        _ substitutes: Substitutes
    ) throws {
        self.configuration = configuration
        self.clock = clock
        self.database = database
        self.keys = keys
        self.logger = logger
        secretBox = box
        clients = ClientRegistry(
            defaults: ClientDefaults(receipt: configuration.receipt, defaultScope: configuration.defaultScope)
        )
        accounts = AccountDirectory()
        hasher = PasswordHasher(parameters: substitutes.passwordParameters)
        passwords = PasswordSignIn(
            database: database, directory: accounts, hasher: hasher, throttle: LoginThrottle(), clock: clock
        )
        sessions = SessionStore(lifetimes: configuration.lifetimes)
        grants = GrantStore(lifetimes: configuration.lifetimes)
        deliveries = LogoutDeliveryStore(clients: clients, settings: configuration.delivery)
        receipts = LogoutReceiptStore()
        termination = SessionTermination(database: database, clients: clients, deliveries: deliveries, clock: clock)
        addresses = AddressPolicy(allow: configuration.outgoing.allow, development: configuration.development)
        self.outgoing =
            try outgoing ?? substitutes.outgoing
            ?? OutgoingClient(policy: addresses, caFile: configuration.outgoing.caFile, logger: logger)
        dispatcher = LogoutDispatcher(
            database: database,
            outgoing: self.outgoing,
            keys: keys,
            store: deliveries,
            issuer: configuration.issuer,
            settings: configuration.delivery,
            clock: clock,
            logger: logger
        )
        pages = PageRenderer(issuer: configuration.issuer)
        subjects = SubjectIdentifiers(box: box)
        readiness = Readiness()
    }
}
