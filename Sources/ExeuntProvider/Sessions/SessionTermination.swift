package import OpenIDTypes
package import SQLStore

/// The one place at which everything ends that was signed in, whoever wants it and why.
///
/// One transaction: gate, revoke, enqueue, record. Afterwards either nothing has happened, or the sessions are dead, what
/// hung on them is dead, and every application that must hear of it stands in the database with its address. Whoever
/// loses the gate does nothing and succeeds.
package struct SessionTermination: Sendable {
    private let database: Database
    private let clients: ClientRegistry
    private let deliveries: LogoutDeliveryStore
    private let clock: any WallClock
    private let records = LogoutRecordStore()
    /// Sessions of one transaction.
    private let batch: Int

    package init(
        database: Database,
        clients: ClientRegistry,
        deliveries: LogoutDeliveryStore,
        clock: any WallClock,
        batch: Int = 1000
    ) {
        self.database = database
        self.clients = clients
        self.deliveries = deliveries
        self.clock = clock
        self.batch = batch
    }

    package func end(_ request: TerminationRequest) async throws -> TerminationOutcome {
        let now = clock.now
        if FaultPoint.enqueuesAfterCommit { return try await endWrongly(request, now) }
        let outcome = try await database.write { db in try end(request, in: db, now: now) }
        FaultPoint.reached(.logoutCommitted)
        if outcome.logoutID != nil {
            Telemetry.logout(cause: request.cause.rawValue, sessions: outcome.sessionsEnded)
        }
        return outcome
    }

    /// As part of the caller's transaction, so that its cause and the ending are one.
    package func end(
        _ request: TerminationRequest, in db: any SQLWriter, now: Timestamp
    ) throws -> TerminationOutcome {
        let ending = try close(request, in: db, now)
        guard let ending else { return .nothing }
        let rows = try enqueue(ending, request, in: db, now)
        return try record(ending, request, rows, in: db, now)
    }

    /// The sessions that this caller ended, and who was signed in in them.
    private struct Ending: Sendable {
        let logout: LogoutID
        var accounts: Set<AccountID> = []
        var sessions = 0
        var entries: [LedgerEntry] = []
        var cutoff: Int64 = 0
        var isUnfinished = false
    }

    /// Gate and revocation. Codes, tokens and interactions of a session join it, and die with it; what outlives it is
    /// cut off here. Nil: there was nothing to win.
    private func close(
        _ request: TerminationRequest, in db: any SQLWriter, _ now: Timestamp
    ) throws -> Ending? {
        FaultPoint.reached(.logoutBegin)
        let logout = LogoutID(OrderedIdentifier.make(at: now))
        let gate = SessionGate(db: db, now: now, cause: request.cause, logout: logout)
        var ending = Ending(logout: logout)
        ending.cutoff = try TerminationCutoff(db: db, now: now).close(request.scope, offline: request.endsOfflineAccess)
        var ended: [SessionGate.Ended] = []
        switch request.scope {
        case .session(let id): ended = try [gate.close(id)].compactMap { $0 }
        // In one order, so that two of these cannot wait for each other.
        case .sessions(let ids):
            ended = try Set(ids.map(\.rawValue)).sorted().compactMap { try gate.close(SessionID($0)) }
        case .account(let account): ended = try gate.close(account: account, upTo: ending.cutoff, limit: batch)
        case .everyone: ended = try gate.closeAll(upTo: ending.cutoff, limit: batch)
        case .client(let client):
            ending.entries = try gate.takeLedger(of: client, upTo: ending.cutoff, limit: batch)
            ending.sessions = ending.entries.count
        }
        ending.sessions += ended.count
        guard ending.sessions > 0 else { return nil }
        FaultPoint.reached(.logoutGateWon)
        ending.isUnfinished = request.scope.mayNeedBatches && ending.sessions == batch
        ending.accounts = Set(ended.map(\.account) + ending.entries.map(\.account))
        if request.endsOfflineAccess { try revokeOfflineAccess(of: ended.map(\.id), request, in: db, now) }
        FaultPoint.reached(.logoutRevoked)
        if !ended.isEmpty { ending.entries = try gate.takeLedger(of: ended.map(\.id)) }
        return ending
    }

    /// Only for single sessions; wider scopes have their cut-off. Only what this session gave.
    private func revokeOfflineAccess(
        of sessions: [SessionID], _ request: TerminationRequest, in db: any SQLWriter, _ now: Timestamp
    ) throws {
        guard !request.scope.mayNeedBatches else { return }
        for chunk in StatementChunks(sessions) {
            try db.execute(
                """
                UPDATE grants SET status = 'revoked', ended_at = \(now), ended_cause = \(request.cause) \
                WHERE session_id IN \(list: chunk) AND kind = 'offline' AND status = 'active'
                """
            )
        }
    }

    private func enqueue(
        _ ending: Ending, _ request: TerminationRequest, in db: any SQLWriter, _ now: Timestamp
    ) throws -> [LogoutDeliveryRow] {
        var known: [ClientID: Client] = [:]
        var rows: [LogoutDeliveryRow] = []
        rows.reserveCapacity(ending.entries.count)
        for entry in ending.entries {
            let client = try known[entry.client] ?? clients.findIncludingRemoved(entry.client, in: db)
            known[entry.client] = client
            rows += LogoutDeliveryRow.rows(
                for: entry,
                client: client,
                logout: ending.logout,
                isExpiry: request.cause.isExpiry,
                hasBrowser: request.browserHash != nil && !request.scope.mayNeedBatches,
                now: now
            )
        }
        try deliveries.enqueue(rows, in: db, now: now)
        FaultPoint.reached(.logoutEnqueued)
        return rows
    }

    private func record(
        _ ending: Ending, _ request: TerminationRequest, _ rows: [LogoutDeliveryRow], in db: any SQLWriter,
        _ now: Timestamp
    ) throws -> TerminationOutcome {
        try records.insert(
            LogoutRecord(
                id: ending.logout,
                request: request,
                account: ending.accounts.count == 1 ? ending.accounts.first : nil,
                sessions: ending.sessions,
                cutoff: ending.cutoff,
                isUnfinished: ending.isUnfinished,
                createdAt: now
            ),
            request,
            in: db
        )
        FaultPoint.reached(.logoutRecorded)
        var outcome = TerminationOutcome(
            logoutID: ending.logout, sessionsEnded: ending.sessions, deliveries: rows.count,
            isUnfinished: ending.isUnfinished
        )
        outcome.backChannel = rows.filter { $0.state == .pending }.map(\.id)
        outcome.awaitsBrowser = rows.contains { $0.state == .awaitingBrowser }
        return outcome
    }
}

extension SessionTermination {
    /// Carries on with logouts that were too big for one transaction, and returns how many transactions it took, at most
    /// `limit`. All of it can be repeated and taken over by another process at any point: each batch is one transaction,
    /// and what it took is taken.
    package func continueUnfinished(limit: Int = .max) async throws -> Int {
        var steps = 0
        while steps < limit {
            let now = clock.now
            guard try await database.write({ db in try continueOne(in: db, now) }) else { break }
            steps += 1
        }
        return steps
    }

    /// One batch of the oldest unfinished logout; its row is locked, so that nodes take turns.
    private func continueOne(in db: any SQLWriter, _ now: Timestamp) throws -> Bool {
        guard let record = try records.unfinished(in: db) else { return false }
        let gate = SessionGate(db: db, now: now, cause: record.cause, logout: record.id)
        var ending = Ending(logout: record.id)
        switch record.scope {
        case .client(let client):
            ending.entries = try gate.takeLedger(of: client, upTo: record.cutoff, limit: batch)
            ending.sessions = ending.entries.count
        case .account(let account):
            let ended = try gate.close(account: account, upTo: record.cutoff, limit: batch)
            ending.sessions = ended.count
            ending.entries = try gate.takeLedger(of: ended.map(\.id))
        case .everyone:
            let ended = try gate.closeAll(upTo: record.cutoff, limit: batch)
            ending.sessions = ended.count
            ending.entries = try gate.takeLedger(of: ended.map(\.id))
        case .session, .sessions: break
        }
        let request = TerminationRequest(scope: record.scope, cause: record.cause, actor: "resumption")
        _ = try enqueue(ending, request, in: db, now)
        try records.advance(record.id, by: ending.sessions, finished: ending.sessions < batch, in: db)
        return true
    }

    /// `EXEUNT_FAULT=enqueue-after-commit`: the mistake that the crash test must notice. Never in a release build.
    private func endWrongly(_ request: TerminationRequest, _ now: Timestamp) async throws -> TerminationOutcome {
        let ending = try await database.write { db -> Ending? in
            guard let ending = try close(request, in: db, now) else { return nil }
            _ = try record(ending, request, [], in: db, now)
            return ending
        }
        guard let ending else { return .nothing }
        FaultPoint.reached(.logoutCommitted)
        let count = try await database.write { db in try enqueue(ending, request, in: db, now).count }
        return TerminationOutcome(logoutID: ending.logout, sessionsEnded: ending.sessions, deliveries: count)
    }
}

extension TerminationScope {
    /// Whether it may concern more than one transaction holds; such scopes have a cut-off.
    var mayNeedBatches: Bool {
        switch self {
        case .session, .sessions: false
        case .account, .client, .everyone: true
        }
    }
}
