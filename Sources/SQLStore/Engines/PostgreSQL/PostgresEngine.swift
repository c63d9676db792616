internal import Logging

/// PostgreSQL: as many threads as connections, all served by one queue. The first connection is opened at once, so that
/// a wrong address is known at start; the others when they are needed.
final class PostgresEngine: DatabaseEngine {
    let kind = SQLEngineKind.postgresql
    let counters = DatabaseCounters()
    private let blocks: JobQueue<any TransactionBlock>
    private let threads = DatabaseThreads()

    private init(limit: Int) {
        blocks = JobQueue(limit: limit)
    }

    static func open(url: String, options: DatabaseOptions, logger: Logger) async throws -> PostgresEngine {
        let connector = PostgresConnector(
            url: url, address: try PostgresAddress(url), options: options, logger: logger
        )
        let engine = PostgresEngine(limit: options.maximumQueue)
        do {
            try await withCheckedThrowingContinuation { (opened: CheckedContinuation<Void, any Error>) in
                do {
                    try engine.startFirst(connector, opened)
                } catch {
                    opened.resume(throwing: error)
                }
            }
            for _ in 1..<max(1, options.connections) {
                try engine.startFurther(connector)
            }
        } catch {
            engine.abandon()
            throw error
        }
        return engine
    }

    private func startFirst(_ connector: PostgresConnector, _ opened: CheckedContinuation<Void, any Error>) throws {
        try threads.start("postgres") { [blocks, counters] in
            let connection: PostgresConnection
            do {
                connection = try connector.connect()
            } catch {
                opened.resume(throwing: error)
                return
            }
            opened.resume()
            PostgresWorker(connector, blocks, counters, connection).serve()
        }
    }

    private func startFurther(_ connector: PostgresConnector) throws {
        try threads.start("postgres") { [blocks, counters] in
            PostgresWorker(connector, blocks, counters, nil).serve()
        }
    }

    var waiting: Int { blocks.count }

    func submit(_ block: any TransactionBlock) {
        switch blocks.put(block) {
        case .accepted: break
        case .full: block.fail(SQLError.unavailable("too many requests are waiting for the database"))
        case .closed: block.fail(SQLError.unavailable("the database has been closed"))
        }
    }

    func backup(to path: String) async throws {
        throw SQLError.unsupported("a PostgreSQL database is backed up with pg_dump, not by this program")
    }

    func close() async {
        blocks.close()
        await threads.allEnded()
    }

    func abandon() {
        blocks.close()
    }
}
