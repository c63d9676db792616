import Foundation
import HTTPTypes
package import Logging
package import OpenIDTypes
import OutgoingHTTP
import SQLStore

/// Looks at everything that a provider depends on, and changes nothing.
package struct Doctor: Sendable {
    package enum Status: String, Sendable, Hashable, CaseIterable {
        case ok
        case warning
        case error
    }

    /// One finding.
    package struct Check: Sendable, Hashable {
        package let name: String
        package let status: Status
        package let message: String

        package init(_ name: String, _ status: Status, _ message: String) {
            self.name = name
            self.status = status
            self.message = message
        }

        package var json: JSONValue {
            ["check": .string(name), "status": .string(status.rawValue), "message": .string(message)]
        }
    }

    private let configuration: ProviderConfiguration
    private let clock: any WallClock
    private let logger: Logger

    package init(_ configuration: ProviderConfiguration, clock: any WallClock = SystemClock(), logger: Logger) {
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
    }

    package func examine() async -> [Check] {
        var checks = configuration.warnings.map { Check("configuration", .warning, $0) }
        checks += FileModeChecks.checks(configuration)
        do {
            checks += try await examineDatabase()
        } catch {
            checks.append(Check("database", .error, "\(error)"))
        }
        checks.append(await examineIssuer())
        return checks
    }

    private func examineDatabase() async throws -> [Check] {
        let place = configuration.database.redactedDescription
        try DatabaseFile.requireExisting(configuration.database)
        let options = Administration.commandOptions
        let database = try await Database.open(configuration.database, options: options, logger: logger)
        do {
            var checks = [Check("database", .ok, "\(place) is open")]
            let pending = try await database.pendingMigrations(Schema.migrations)
            guard pending.isEmpty else {
                checks.append(Check("schema", .error, "is not up to date; run \"exeunt migrate\""))
                await database.close()
                return checks
            }
            checks.append(Check("schema", .ok, "is up to date, version \(Schema.migrations.map(\.version).max() ?? 0)"))
            checks.append(await examineKey(database))
            checks.append(try await examineServer(database))
            checks += try await examineClients(database)
            checks += try await examineDeliveries(database)
            await database.close()
            return checks
        } catch {
            await database.close()
            throw error
        }
    }

    private func examineKey(_ database: Database) async -> Check {
        do {
            let known = try await database.read { db in
                try db.row("SELECT value FROM meta WHERE key = 'master_key_check'") != nil
            }
            // Opening would make the key of a database that was never served.
            guard known else { return Check("secret key", .ok, "is made when the server first starts") }
            _ = try await MasterKeyFile.open(configuration.masterKey, database: database)
            return Check("secret key", .ok, "is the one of this database")
        } catch {
            return Check("secret key", .error, "\(error)")
        }
    }

    private func examineServer(_ database: Database) async throws -> Check {
        let now = clock.now
        let isRunning = try await database.read { db in try ServerPresence.isRunning(in: db, now: now) }
        return isRunning
            ? Check("server", .ok, "is running on this database")
            : Check("server", .warning, "is not running on this database; deliveries are queued until it is")
    }

    private func examineClients(_ database: Database) async throws -> [Check] {
        let policy = AddressPolicy(allow: configuration.outgoing.allow, development: configuration.development)
        let check = ClientAddressCheck(addresses: policy)
        let clients = try await database.read { db in
            try db.rows("SELECT \(sql: ClientRegistry.columns) FROM clients WHERE status = 'active' ORDER BY client_id")
                .map { try ClientRegistry.client($0) }
        }
        var checks: [Check] = []
        for client in clients {
            for problem in check.problems(of: client.metadata) {
                checks.append(Check("client \(client.id)", .error, problem.publicText))
            }
            if client.metadata.backchannelLogoutURI == nil && client.metadata.frontchannelLogoutURI == nil {
                let message = "has no logout address: nobody can tell it of a logout"
                checks.append(Check("client \(client.id)", .warning, message))
            }
        }
        return checks.isEmpty ? [Check("clients", .ok, "\(clients.count) registered, all can be told")] : checks
    }

    private func examineDeliveries(_ database: Database) async throws -> [Check] {
        let counts = try await database.read { db in
            try [LogoutDelivery.State.refused, .abandoned].map { state in
                let row = try db.row(
                    "SELECT COUNT(*) AS found FROM deliveries WHERE state = \(state)"
                )
                return (state, try row?.value("found", as: Int.self) ?? 0)
            }
        }
        let bad = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)" }
        guard !bad.isEmpty else { return [Check("deliveries", .ok, "none refused or abandoned")] }
        let message = "\(bad.joined(separator: ", ")); see \"exeunt deliveries list --state refused\" or abandoned"
        return [Check("deliveries", .warning, message)]
    }

    /// What an application does first. The operator names this address, so that every range is allowed.
    private func examineIssuer() async -> Check {
        guard configuration.issuer != .unset else { return Check("issuer", .warning, "is not configured") }
        let address = configuration.issuer.url("/.well-known/openid-configuration")
        do {
            let ranges = [try CIDR("0.0.0.0/0"), try CIDR("::/0")]
            let policy = AddressPolicy(allow: ranges, development: configuration.development)
            let client = try OutgoingClient(policy: policy, caFile: configuration.outgoing.caFile, logger: logger)
            let response = try await client.send(
                OutgoingRequest(method: .get, url: try OutgoingURL(address)),
                limits: OutgoingLimits(deadline: .seconds(5), maximumBody: 1 << 20)
            )
            await client.shutdown()
            guard response.status == 200,
                let found = try? JSONValue.parse(response.body)["issuer"]?.string, found == configuration.issuer.text
            else { return Check("issuer", .warning, "\(address) does not answer as this provider") }
            return Check("issuer", .ok, "\(address) answers")
        } catch {
            return Check("issuer", .warning, "\(address) cannot be reached: \(error)")
        }
    }
}
