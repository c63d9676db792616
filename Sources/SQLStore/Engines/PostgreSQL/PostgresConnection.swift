internal import CLibPQ

/// One connection, in pipeline mode: what belongs together travels together. Used by one thread.
final class PostgresConnection {
    /// A text and the types of its values, prepared under a name.
    private struct Key: Hashable {
        let text: String
        let types: [UInt32]
    }

    private final class Prepared {
        let name: String
        var lastUse: UInt64
        var columns: SQLColumns?

        init(name: String, lastUse: UInt64) {
            self.name = name
            self.lastUse = lastUse
        }
    }

    /// A request that is on its way.
    private enum Step { case begin, deallocate, prepare, execute, transactionID }

    let identity: String?
    private let handle: OpaquePointer
    private var prepared: [Key: Prepared] = [:]
    private var uses: UInt64 = 0
    /// The BEGIN that goes out with the first statement.
    private var announcedBegin: String?
    /// Set while the number of the transaction is wanted and not known.
    private var wantsTransactionID = false
    /// The transaction's number, once it has written something.
    private(set) var transactionID: String?
    private(set) var isLost = false

    private static let maximumStatements = 256

    init(_ handle: OpaquePointer, identity: String?) {
        self.handle = handle
        self.identity = identity
    }

    deinit {
        PQfinish(handle)
    }

    // MARK: Transactions

    func announce(_ begin: String, wantsTransactionID: Bool) {
        announcedBegin = begin
        self.wantsTransactionID = wantsTransactionID
        transactionID = nil
    }

    /// Whether a transaction was really begun.
    var hasBegun: Bool { announcedBegin == nil }
    var isInTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INTRANS }

    /// The tag of the server's answer to `COMMIT` or `ROLLBACK`.
    func end(_ command: String) throws -> String {
        guard PQsendQueryParams(handle, command, 0, nil, nil, nil, nil, 0) == 1 else { throw lose() }
        return try answers([.execute], to: SQL(composed: command)).tag
    }

    // MARK: Statements

    func rows(_ sql: SQL) throws -> [SQLRow] {
        let (result, statement) = try exchange(sql)
        do {
            return try result.rows(columns: &statement.columns)
        } catch let error as SQLError {
            throw PostgresFault(error: error, consequence: .final)
        }
    }

    func execute(_ sql: SQL) throws -> Int {
        try exchange(sql).0.changedRows
    }

    /// A statement that is not worth preparing.
    func rowsOnce(_ sql: SQL) throws -> [SQLRow] {
        let parameters = PostgresParameters(sql.values)
        let sent = parameters.withPointers { values, lengths, formats in
            PQsendQueryParams(
                handle, sql.postgresText, Int32(values.count), parameters.types, values, lengths, formats, 0
            )
        }
        guard sent == 1 else { throw lose() }
        var columns: SQLColumns?
        return try answers([.execute], to: sql).rows(columns: &columns)
    }

    func forgetPrepared(_ sql: SQL) {
        prepared[Key(text: sql.postgresText, types: PostgresParameters(sql.values).types)] = nil
    }

    private func exchange(_ sql: SQL) throws -> (PostgresResult, Prepared) {
        let parameters = PostgresParameters(sql.values)
        let key = Key(text: sql.postgresText, types: parameters.types)
        if prepared[key] == nil, sql.controlsTransaction {
            throw PostgresFault(error: sql.transactionControlRefusal, consequence: .final)
        }
        var steps: [Step] = []
        if let begin = announcedBegin {
            try send(begin, .begin, &steps)
        }
        uses += 1
        let statement: Prepared
        if let known = prepared[key] {
            known.lastUse = uses
            statement = known
        } else {
            if prepared.count >= Self.maximumStatements { try evict(&steps) }
            statement = Prepared(name: "s\(uses)", lastUse: uses)
            guard PQsendPrepare(handle, statement.name, key.text, Int32(key.types.count), key.types) == 1 else {
                throw lose()
            }
            steps.append(.prepare)
        }
        let sent = parameters.withPointers { values, lengths, formats in
            PQsendQueryPrepared(handle, statement.name, Int32(values.count), values, lengths, formats, 0)
        }
        guard sent == 1 else { throw lose() }
        steps.append(.execute)
        if wantsTransactionID {
            try send("SELECT pg_current_xact_id_if_assigned()::text", .transactionID, &steps)
        }
        let result = try answers(steps, to: sql) { [self] in prepared[key] = statement }
        return (result, statement)
    }

    private func send(_ text: String, _ step: Step, _ steps: inout [Step]) throws {
        guard PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 0) == 1 else { throw lose() }
        steps.append(step)
    }

    private func evict(_ steps: inout [Step]) throws {
        guard let (key, oldest) = prepared.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        prepared[key] = nil
        try send("DEALLOCATE \(oldest.name)", .deallocate, &steps)
    }

    // MARK: Answers

    /// Reads the answers up to the synchronisation point; the first error wins. Returns that of the `execute` step.
    private func answers(_ steps: [Step], to sql: SQL, prepared isPrepared: () -> Void = {}) throws -> PostgresResult {
        guard PQpipelineSync(handle) == 1 else { throw lose() }
        var answer: PostgresResult?
        var fault: PostgresFault?
        for step in steps {
            let result = try next()
            if result.isSuccess {
                switch step {
                case .begin: announcedBegin = nil
                case .prepare: isPrepared()
                case .execute: answer = result
                case .transactionID: noteTransactionID(result)
                case .deallocate: break
                }
            } else if result.status != PGRES_PIPELINE_ABORTED, fault == nil {
                let found = PostgresFault(result, sql)
                if case .lost = found.consequence { throw lose(found) }
                fault = found
            }
        }
        guard let sync = PQgetResult(handle).map(PostgresResult.init), sync.status == PGRES_PIPELINE_SYNC else {
            throw lose()
        }
        if let fault { throw fault }
        guard let answer else { throw lose() }
        return answer
    }

    /// One answer, with the null that ends it.
    private func next() throws -> PostgresResult {
        guard let result = PQgetResult(handle).map(PostgresResult.init) else { throw lose() }
        switch result.status {
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH, PGRES_PIPELINE_SYNC: throw lose()
        default: break
        }
        if PQstatus(handle) == CONNECTION_BAD { throw lose() }
        while let more = PQgetResult(handle) { PQclear(more) }
        return result
    }

    private func noteTransactionID(_ result: PostgresResult) {
        guard PQgetisnull(result.handle, 0, 0) == 0, let text = PQgetvalue(result.handle, 0, 0) else { return }
        transactionID = String(cString: text)
        wantsTransactionID = false
    }

    private func lose(_ fault: PostgresFault = .lost) -> PostgresFault {
        isLost = true
        return fault
    }
}
