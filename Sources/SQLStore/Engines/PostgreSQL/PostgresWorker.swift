internal import Glibc
internal import Logging
internal import Synchronization

/// One thread's work: takes blocks from the queue, keeps a connection open, and brings each block to an answer.
final class PostgresWorker {
    private let connector: PostgresConnector
    private let blocks: JobQueue<any TransactionBlock>
    private let counters: DatabaseCounters
    private var connection: PostgresConnection?
    private var connectedBefore: Bool

    /// Deadlocks and serialization failures resolve themselves; a server that cuts every connection does not.
    private static let maximumRuns = 10
    private static let maximumLosses = 3

    init(
        _ connector: PostgresConnector, _ blocks: JobQueue<any TransactionBlock>, _ counters: DatabaseCounters,
        _ connection: PostgresConnection?
    ) {
        self.connector = connector
        self.blocks = blocks
        self.counters = counters
        self.connection = connection
        connectedBefore = connection != nil
    }

    func serve() {
        while let block = blocks.take() { serve(block) }
        connection = nil
    }

    private func serve(_ block: any TransactionBlock) {
        var deadline = block.submitted + acquireTimeout
        guard ContinuousClock.now < deadline else {
            block.fail(SQLError.unavailable("no connection to PostgreSQL became free in time"))
            return
        }
        var losses = 0
        for run in 1...Self.maximumRuns {
            let outcome: PostgresTransaction.Outcome
            do {
                outcome = try attempt(block, until: deadline)
            } catch {
                block.fail(error)
                return
            }
            switch outcome {
            case .succeeded: return
            case .failed(let error):
                block.fail(error)
                return
            case .inDoubt:
                preconditionFailure("settled by attempt")
            case .again(let reason):
                losses += connection == nil ? 1 : 0
                guard run < Self.maximumRuns, losses < Self.maximumLosses, !blocks.isClosed else {
                    block.fail(reason)
                    return
                }
                if connection != nil { pause(milliseconds: Int.random(in: 1...(4 * run))) }
                deadline = .now + acquireTimeout
            }
        }
    }

    /// One run. Success has been answered when it returns.
    private func attempt(
        _ block: any TransactionBlock, until deadline: ContinuousClock.Instant
    ) throws -> PostgresTransaction.Outcome {
        let connection = try connected(until: deadline)
        let transaction = PostgresTransaction(connection)
        var outcome = block.writes ? transaction.write(block) : transaction.read(block)
        if connection.isLost { lose() }
        if case .inDoubt(let id) = outcome {
            outcome = try settle(id, identity: connection.identity)
        }
        guard case .succeeded = outcome else { return outcome }
        if block.writes {
            counters.commits.wrappingAdd(1, ordering: .relaxed)
            counters.writes.wrappingAdd(1, ordering: .relaxed)
        }
        block.succeed()
        if !block.writes {
            transaction.finishReading()
            if connection.isLost { lose() }
        }
        return outcome
    }

    // MARK: Connections

    private var acquireTimeout: Duration { .milliseconds(connector.options.acquireTimeoutMs) }

    private func lose() {
        connection = nil
        connector.logger.warning("a connection to PostgreSQL was lost")
    }

    /// The connection; if there is none, opens one, trying again with growing pauses until the deadline.
    private func connected(until deadline: ContinuousClock.Instant) throws -> PostgresConnection {
        if let connection { return connection }
        var wait = 20
        while true {
            do {
                let fresh = try connector.connect()
                if connectedBefore { counters.reconnections.wrappingAdd(1, ordering: .relaxed) }
                connectedBefore = true
                connection = fresh
                return fresh
            } catch {
                guard ContinuousClock.now + .milliseconds(wait) < deadline, !blocks.isClosed else { throw error }
                pause(milliseconds: wait)
                wait = min(wait * 2, 1000)
            }
        }
    }

    /// This thread waits for this only: nothing else could run on it.
    private func pause(milliseconds: Int) {
        usleep(UInt32(milliseconds) * 1000)
    }

    // MARK: A commit in doubt

    /// Asks the server, on a new connection, what became of the transaction. Never guesses: throws
    /// ``SQLError/inDoubt(_:)`` where there is no answer.
    private func settle(_ id: String, identity: String?) throws -> PostgresTransaction.Outcome {
        let deadline = ContinuousClock.now + acquireTimeout
        connector.logger.warning("a commit is in doubt", metadata: ["transaction": "\(id)"])
        while true {
            let connection: PostgresConnection
            do {
                connection = try connected(until: deadline)
            } catch {
                throw SQLError.inDoubt(
                    "the connection was lost while committing, and the server cannot be asked: \(error)")
            }
            // After a failover the same number may belong to somebody else's transaction.
            guard let identity, connection.identity == identity else {
                throw SQLError.inDoubt("the connection was lost while committing, and another server has answered")
            }
            do {
                let rows = try connection.rowsOnce("SELECT pg_xact_status(\(id)::text::xid8) AS status")
                switch try rows.first?.optional("status", as: String.self) {
                case "committed": return .succeeded
                case "aborted": return .again(.unavailable("the connection to PostgreSQL was lost while committing"))
                case "in progress" where ContinuousClock.now < deadline: pause(milliseconds: 10)
                default:
                    throw SQLError.inDoubt("the connection was lost while committing, and the server does not know")
                }
            } catch is PostgresFault {
                lose()
                guard ContinuousClock.now < deadline else {
                    throw SQLError.inDoubt("the connection was lost while committing, and again while asking")
                }
            }
        }
    }
}
