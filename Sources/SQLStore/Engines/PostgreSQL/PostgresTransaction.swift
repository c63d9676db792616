/// One run of a block on one connection.
final class PostgresTransaction: SQLWriter {
    enum Outcome {
        case succeeded
        case failed(any Error)
        /// Run it again, on this connection or another one; the reason is for the last time.
        case again(SQLError)
        /// COMMIT was sent, and no answer came.
        case inDoubt(transactionID: String)
    }

    private let connection: PostgresConnection
    /// The first error of a statement: the server has aborted the transaction, whatever the block does with it.
    private var fault: PostgresFault?

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    func rows(_ sql: SQL) throws -> [SQLRow] {
        try guarded(sql) { try connection.rows(sql) }
    }

    @discardableResult
    func execute(_ sql: SQL) throws -> Int {
        try guarded(sql) { try connection.execute(sql) }
    }

    private func guarded<R>(_ sql: SQL, _ body: () throws -> R) throws -> R {
        if let fault { throw fault.error }
        do {
            return try body()
        } catch let found as PostgresFault {
            if case .stale = found.consequence { connection.forgetPrepared(sql) }
            fault = found
            throw found.error
        }
    }

    /// A read block sees one snapshot; its transaction is ended by `finishReading`, after the caller has been answered.
    func read(_ block: any TransactionBlock) -> Outcome {
        connection.announce("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", wantsTransactionID: false)
        return outcome(of: block) ?? .succeeded
    }

    func finishReading() {
        if connection.hasBegun, !connection.isLost { _ = try? connection.end("COMMIT") }
    }

    func write(_ block: any TransactionBlock) -> Outcome {
        connection.announce("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", wantsTransactionID: true)
        if let outcome = outcome(of: block) { return outcome }
        guard connection.hasBegun else { return .succeeded }
        guard connection.isInTransaction else {
            rollBack()
            return .failed(SQLError.statement("COMMIT", "the transaction has already ended"))
        }
        return commit()
    }

    /// What became of the block, if it was not a success.
    private func outcome(of block: any TransactionBlock) -> Outcome? {
        let thrown: (any Error)?
        do {
            try block.run(on: self)
            thrown = nil
        } catch {
            thrown = error
        }
        guard thrown != nil || fault != nil else { return nil }
        rollBack()
        if let fault {
            switch fault.consequence {
            case .final: break
            case .repeatable, .stale, .lost: return .again(fault.error)
            }
            return .failed(thrown ?? fault.error)
        }
        return thrown.map { .failed($0) }
    }

    /// Success is the tag `COMMIT` and nothing else: of a failed transaction the server answers success with `ROLLBACK`.
    private func commit() -> Outcome {
        do {
            let tag = try connection.end("COMMIT")
            guard tag == "COMMIT" else {
                return .failed(SQLError.statement("COMMIT", "the server answered \(tag): nothing was written"))
            }
            return .succeeded
        } catch let fault as PostgresFault {
            switch fault.consequence {
            case .final: return .failed(fault.error)
            case .repeatable, .stale: return .again(fault.error)
            case .lost:
                // Without a number it has written nothing, so that running it again repeats nothing.
                return connection.transactionID.map { .inDoubt(transactionID: $0) } ?? .again(fault.error)
            }
        } catch {
            return .failed(error)
        }
    }

    private func rollBack() {
        if connection.hasBegun, !connection.isLost { _ = try? connection.end("ROLLBACK") }
    }
}
