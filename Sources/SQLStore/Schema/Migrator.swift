/// Applies migrations. The record of what was applied is the table `schema_migrations`.
struct Migrator: Sendable {
    let engine: SQLEngineKind
    let migrations: [Migration]

    init(engine: SQLEngineKind, migrations: [Migration]) {
        self.engine = engine
        self.migrations = migrations.sorted { $0.version < $1.version }
        precondition(Set(migrations.map(\.version)).count == migrations.count, "two migrations have the same version")
    }

    /// All pending migrations in one transaction: after a failure the database is what it was before.
    func apply(_ writer: any SQLWriter) throws -> [Int] {
        try lock(writer)
        try writer.execute(recordTable)
        let pending = try pending(writer)
        for migration in pending {
            for step in migration.steps {
                try writer.execute(step.sql(engine))
            }
            try writer.execute(
                "INSERT INTO schema_migrations (version, name) VALUES (\(migration.version), \(migration.name))"
            )
        }
        return pending.map(\.version)
    }

    func pendingVersions(_ reader: any SQLReader) throws -> [Int] {
        guard try recordTableExists(reader) else { return migrations.map(\.version) }
        return try pending(reader).map(\.version)
    }

    /// Two processes may start at once. On SQLite the write transaction itself is the lock; on PostgreSQL the second
    /// one waits here, and sees what the first one committed.
    private func lock(_ writer: any SQLWriter) throws {
        guard engine == .postgresql else { return }
        _ = try writer.rows("SELECT pg_advisory_xact_lock(4991472300412)")
        // Building an index on a big table may take its time.
        try writer.execute("SET LOCAL statement_timeout = 0")
    }

    private var recordTable: SQL {
        let definition = Table("schema_migrations", [.int64("version"), .text("name")], primaryKey: ["version"])
            .definition(engine)
        return SQL(composed: "CREATE TABLE IF NOT EXISTS" + definition.text.dropFirst("CREATE TABLE".count))
    }

    private func recordTableExists(_ reader: any SQLReader) throws -> Bool {
        switch engine {
        case .sqlite:
            try reader.row("SELECT 1 AS found FROM sqlite_schema WHERE name = 'schema_migrations'") != nil
        case .postgresql:
            try reader.row("SELECT 1 AS found WHERE to_regclass('schema_migrations') IS NOT NULL") != nil
        }
    }

    private func pending(_ reader: any SQLReader) throws -> [Migration] {
        var applied: [Int: String] = [:]
        for row in try reader.rows("SELECT version, name FROM schema_migrations ORDER BY version") {
            applied[try row.value("version")] = try row.value("name")
        }
        let known = migrations.last?.version ?? 0
        if let found = applied.keys.max(), found > known {
            throw SQLError.newerSchema(found: found, known: known)
        }
        for migration in migrations {
            if let name = applied[migration.version], name != migration.name {
                throw SQLError.schemaMismatch(
                    "migration \(migration.version) is \"\(name)\" there and \"\(migration.name)\" here"
                )
            }
        }
        return migrations.filter { applied[$0.version] == nil }
    }
}
