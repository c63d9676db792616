internal import Logging

/// SQLite: one thread that writes and a few that read, each with its own connection. In memory there is one connection,
/// and everything runs on the thread that writes.
final class SQLiteEngine: DatabaseEngine {
    let kind = SQLEngineKind.sqlite
    let counters: DatabaseCounters
    private let path: String?
    private let options: DatabaseOptions
    private let writes: JobQueue<any TransactionBlock>
    private let reads: JobQueue<any TransactionBlock>
    private let errands: JobQueue<Errand>
    private let writer = DatabaseThreads()
    private let readers = DatabaseThreads()

    /// Work on a connection outside of any transaction.
    private typealias Errand = @Sendable (SQLiteConnection) -> Void

    private init(path: String?, options: DatabaseOptions) {
        self.path = path
        self.options = options
        counters = DatabaseCounters()
        writes = JobQueue(limit: options.maximumQueue)
        reads = path == nil ? writes : JobQueue(limit: options.maximumQueue)
        errands = JobQueue(limit: 16)
    }

    static func open(path: String?, options: DatabaseOptions, logger: Logger) async throws -> SQLiteEngine {
        let engine = SQLiteEngine(path: path, options: options)
        do {
            try await withCheckedThrowingContinuation { (opened: CheckedContinuation<Void, any Error>) in
                do {
                    try engine.startWriter(logger, opened)
                } catch {
                    opened.resume(throwing: error)
                }
            }
        } catch {
            engine.abandon()
            throw error
        }
        return engine
    }

    /// Opening blocks, too: it happens on the thread that will write.
    private func startWriter(_ logger: Logger, _ opened: CheckedContinuation<Void, any Error>) throws {
        let (path, options, counters, writes) = (path, options, counters, writes)
        let (reads, errands, readers) = (reads, errands, readers)
        try writer.start("sqlite-writer") {
            let group: SQLiteGroup
            do {
                let file = SQLiteFile(path: path, options: options)
                try file.prepare(logger)
                group = SQLiteGroup(
                    connection: try file.connect(readOnly: false), counters: counters, logger: logger
                )
                if path != nil {
                    for _ in 0..<max(1, options.readers) {
                        try Self.startReader(Handover(try file.connect(readOnly: true)), reads, readers)
                    }
                    try Self.startErrands(Handover(try file.connect(readOnly: false)), errands, readers)
                }
            } catch {
                opened.resume(throwing: error)
                return
            }
            opened.resume()
            defer { group.connection.close() }
            while let blocks = writes.takeAll(atMost: options.maximumGroup) {
                group.serve(blocks)
            }
        }
    }

    private static func startReader(
        _ handover: Handover<SQLiteConnection>, _ reads: JobQueue<any TransactionBlock>, _ threads: DatabaseThreads
    ) throws {
        try threads.start("sqlite-reader") {
            let connection = handover.value
            defer { connection.close() }
            while let block = reads.take() {
                block.answer(connection.read(block))
            }
        }
    }

    private static func startErrands(
        _ handover: Handover<SQLiteConnection>, _ errands: JobQueue<Errand>, _ threads: DatabaseThreads
    ) throws {
        try threads.start("sqlite-backup") {
            defer { handover.value.close() }
            while let errand = errands.take() { errand(handover.value) }
        }
    }

    var waiting: Int { path == nil ? writes.count : writes.count + reads.count }

    func submit(_ block: any TransactionBlock) {
        switch (block.writes ? writes : reads).put(block) {
        case .accepted: break
        case .full: block.fail(SQLError.unavailable("too many requests are waiting for the database"))
        case .closed: block.fail(SQLError.unavailable("the database has been closed"))
        }
    }

    func backup(to path: String) async throws {
        try await withCheckedThrowingContinuation { (caller: CheckedContinuation<Void, any Error>) in
            guard self.path != nil else {
                return caller.resume(throwing: SQLError.unsupported("a database in memory has no backup"))
            }
            let accepted = errands.put { connection in
                caller.resume(with: Result { try SQLiteBackup(target: path).run(connection) })
            }
            if accepted != .accepted {
                caller.resume(throwing: SQLError.unavailable("the database has been closed"))
            }
        }
    }

    func close() async {
        // The thread that writes closes last: the last connection brings the write-ahead log home.
        if path != nil { reads.close() }
        errands.close()
        await readers.allEnded()
        writes.close()
        await writer.allEnded()
    }

    func abandon() {
        reads.close()
        errands.close()
        writes.close()
    }
}
