package import Logging
import SQLStore

/// Brings a database up to date, and creates the one that does not exist.
package struct SchemaUpdate: Sendable, Hashable {
    /// The versions applied; empty if there was nothing to do.
    package let applied: [Int]
    /// The version that the database has now.
    package let version: Int
    /// Whether the database was empty before.
    package let isNew: Bool

    /// Applies what is pending in one transaction. Throws an `SQLError`, among them that of a database of a later version.
    package static func run(_ configuration: ProviderConfiguration, logger: Logger) async throws -> SchemaUpdate {
        let options = Administration.commandOptions
        let database = try await Database.open(configuration.database, options: options, logger: logger)
        do {
            let applied = try await database.migrate(Schema.migrations)
            await database.close()
            let isNew = applied.count == Schema.migrations.count
            return SchemaUpdate(applied: applied, version: Schema.migrations.map(\.version).max() ?? 0, isNew: isNew)
        } catch {
            await database.close()
            throw error
        }
    }
}
