package import SQLStore

/// The issuer under which the database was last served. Commands that are run beside the server need not be told again,
/// and so cannot be told something else.
package enum ServedIssuer {
    private static let issuerKey = "served_issuer"
    private static let developmentKey = "served_development"

    /// Called by the server at start.
    package static func remember(_ configuration: ProviderConfiguration, in database: Database) async throws {
        let values = [
            (issuerKey, configuration.issuer.text), (developmentKey, configuration.development ? "true" : "false"),
        ]
        try await database.write { db in
            for (key, value) in values {
                try db.execute(
                    """
                    INSERT INTO meta (key, value) VALUES (\(key), \(value))
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value
                    """
                )
            }
        }
    }

    /// Fills in an issuer that was not configured. Development is taken over with it: the server already runs that way.
    static func complete(_ configuration: inout ProviderConfiguration, from database: Database) async throws {
        guard configuration.issuer == .unset else { return }
        let (issuer, development) = try await database.read { db in
            (try value(issuerKey, in: db), try value(developmentKey, in: db))
        }
        guard let issuer, let known = try? Issuer(issuer) else { return }
        configuration.issuer = known
        configuration.development = configuration.development || development == "true"
    }

    private static func value(_ key: String, in db: any SQLReader) throws -> String? {
        try db.row("SELECT value FROM meta WHERE key = \(key)")?.value("value")
    }
}
