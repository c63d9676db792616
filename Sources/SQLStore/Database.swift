package import Logging
internal import Synchronization

/// Which engine is behind a ``Database``.
package enum SQLEngineKind: String, Sendable, Hashable, CaseIterable {
    case sqlite
    case postgresql
}

/// The database: SQLite in memory or in a file, or PostgreSQL, with the same behaviour.
///
/// Work is done in blocks. A block is synchronous and runs on a thread of the engine; it must have no effect outside of
/// the database, because it may be run more than once (a deadlock, a lost connection, a group that failed). A block
/// that was submitted is carried out even if the task that waits for it is cancelled.
package final class Database: Sendable {
    private let backend: any DatabaseEngine

    private init(_ backend: any DatabaseEngine) {
        self.backend = backend
    }

    deinit {
        backend.abandon()
    }

    /// Opens the database, an SQLite file being created if it does not exist. Throws an ``SQLError`` that says in one
    /// sentence why it cannot be used.
    package static func open(
        _ location: DatabaseLocation, options: DatabaseOptions = DatabaseOptions(), logger: Logger
    ) async throws -> Database {
        switch location {
        case .memory:
            Database(try await SQLiteEngine.open(path: nil, options: options, logger: logger))
        case .sqlite(let path):
            Database(try await SQLiteEngine.open(path: path, options: options, logger: logger))
        case .postgres(let url):
            Database(try await PostgresEngine.open(url: url, options: options, logger: logger))
        }
    }

    package var engine: SQLEngineKind { backend.kind }

    /// Transactions committed by write blocks since opening; on SQLite fewer than there were blocks.
    package var commits: Int { backend.counters.commits.load(ordering: .relaxed) }
    /// Write blocks that succeeded since opening.
    package var writes: Int { backend.counters.writes.load(ordering: .relaxed) }
    /// Blocks that wait for a thread now.
    package var waiting: Int { backend.waiting }
    /// Connections opened again after one was lost (PostgreSQL).
    package var reconnections: Int { backend.counters.reconnections.load(ordering: .relaxed) }

    /// Runs a block that reads. All of its statements see the same snapshot; a statement that writes is refused with
    /// ``SQLError/readOnly(_:)``.
    package func read<R: Sendable>(
        _ body: @escaping @Sendable (any SQLReader) throws -> R
    ) async throws -> R {
        try await withCheckedThrowingContinuation { caller in
            backend.submit(CallerBlock(writes: false, caller: caller) { try body($0) })
        }
    }

    /// Runs a block that writes, as one transaction; returns when it is durably committed. If the block throws, nothing
    /// is written and its error is thrown.
    @discardableResult
    package func write<R: Sendable>(
        _ body: @escaping @Sendable (any SQLWriter) throws -> R
    ) async throws -> R {
        try await withCheckedThrowingContinuation { caller in
            backend.submit(CallerBlock(writes: true, caller: caller, body: body))
        }
    }

    /// Applies what is pending, all in one transaction, and returns the versions applied. Several processes may do this
    /// at once. Throws ``SQLError/newerSchema(found:known:)`` for a database of a later version.
    package func migrate(_ migrations: [Migration]) async throws -> [Int] {
        let migrator = Migrator(engine: engine, migrations: migrations)
        guard try await !read({ try migrator.pendingVersions($0) }).isEmpty else { return [] }
        return try await write { try migrator.apply($0) }
    }

    /// The versions that `migrate` would apply; throws ``SQLError/newerSchema(found:known:)`` as it does.
    package func pendingMigrations(_ migrations: [Migration]) async throws -> [Int] {
        let migrator = Migrator(engine: engine, migrations: migrations)
        return try await read { try migrator.pendingVersions($0) }
    }

    /// The schema as text that does not depend on the data or the place.
    package func schemaDump() async throws -> String {
        let dump = SchemaDump(engine: engine)
        return try await read { try dump.text($0) }
    }

    /// How the engine would carry out the statement, line by line. PostgreSQL is asked as if tables were big: a small
    /// one is always scanned, and the question is whether an index could serve.
    package func explain(_ sql: SQL) async throws -> [String] {
        let engine = engine
        return try await read { reader in
            switch engine {
            case .sqlite:
                return try reader.rows("EXPLAIN QUERY PLAN \(sql: sql)").map { try $0.value("detail") }
            case .postgresql:
                _ = try reader.rows("SET LOCAL enable_seqscan = off")
                return try reader.rows("EXPLAIN (COSTS OFF) \(sql: sql)").map { try $0.value("QUERY PLAN") }
            }
        }
    }

    /// Writes a consistent copy to a new file (SQLite); PostgreSQL throws ``SQLError/unsupported(_:)``.
    package func backup(to path: String) async throws {
        try await backend.backup(to: path)
    }

    /// Serves the blocks already submitted, then closes every connection. Later blocks are refused.
    package func close() async {
        await backend.close()
    }
}
