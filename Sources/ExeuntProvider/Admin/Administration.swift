package import Logging
package import OpenIDTypes
import OutgoingHTTP
package import SQLStore

/// What commands are made of: the database beside a running server, and nothing that listens or sends. Each change is one
/// transaction, so that at exit status 0 the server's next request sees it.
package struct Administration: Sendable {
    package let configuration: ProviderConfiguration
    package let database: Database
    package let clock: any WallClock
    package let clients: ClientAdministration
    package let accounts: AccountAdministration
    package let directory = AccountDirectory()
    package let sessions: SessionStore
    package let registry: ClientRegistry
    package let termination: SessionTermination
    package let deliveries: LogoutDeliveryStore
    package let hasher: PasswordHasher
    private let logger: Logger

    /// Opens a database that exists and is up to date; a command never creates or migrates one by the way.
    ///
    /// - Throws: ``AdministrationRefusal`` or `SQLError`, each one sentence.
    package static func open(
        _ configuration: ProviderConfiguration,
        clock: any WallClock = SystemClock(),
        logger: Logger,
        passwords: PasswordParameters = PasswordParameters()
    ) async throws -> Administration {
        try DatabaseFile.requireExisting(configuration.database)
        let database = try await Database.open(configuration.database, options: commandOptions, logger: logger)
        do {
            guard try await database.pendingMigrations(Schema.migrations).isEmpty else {
                throw AdministrationRefusal(
                    "The database \(configuration.database.redactedDescription) is not up to date; run \"exeunt migrate\"."
                )
            }
            var effective = configuration
            try await ServedIssuer.complete(&effective, from: database)
            return Administration(effective, database, clock, logger, passwords)
        } catch {
            await database.close()
            throw error
        }
    }

    /// A command runs a handful of statements; a server's number of connections would only be opened and closed.
    package static var commandOptions: DatabaseOptions {
        var options = DatabaseOptions()
        options.readers = 1
        options.connections = 2
        return options
    }

    private init(
        _ configuration: ProviderConfiguration,
        _ database: Database,
        _ clock: any WallClock,
        _ logger: Logger,
        _ passwords: PasswordParameters
    ) {
        self.configuration = configuration
        self.database = database
        self.clock = clock
        self.logger = logger
        registry = ClientRegistry()
        sessions = SessionStore(lifetimes: configuration.lifetimes)
        deliveries = LogoutDeliveryStore(clients: registry, settings: configuration.delivery)
        termination = SessionTermination(database: database, clients: registry, deliveries: deliveries, clock: clock)
        hasher = PasswordHasher(parameters: passwords)
        accounts = AccountAdministration(
            database: database, directory: directory, hasher: hasher, termination: termination, clock: clock
        )
        clients = ClientAdministration(
            database: database,
            policy: RegistrationPolicy(
                issuerOrigin: configuration.issuer.origin, development: configuration.development
            ),
            addresses: AddressPolicy(allow: configuration.outgoing.allow, development: configuration.development),
            termination: termination,
            clock: clock
        )
    }

    /// The signing keys, for which the secret key is needed.
    package func keys() async throws -> KeyRing {
        let box = try await MasterKeyFile.open(configuration.masterKey, database: database)
        return try await KeyRing.open(
            database: database, issuer: configuration.issuer.text, box: box, clock: clock, logger: logger
        )
    }

    package func close() async { await database.close() }
}
