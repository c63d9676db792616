package import OpenIDTypes
import SQLStore

/// `exeunt logout`: an operator ends sessions, and looks on for a moment as the applications are told.
package struct OperatorLogout: Sendable {
    /// What the operator named.
    package enum Target: Sendable, Hashable {
        case session(SessionID)
        case user(String)
        case client(ClientID)
        case all
    }

    /// How long to look on: the same two seconds that a browser waits.
    package static let patience: Duration = .seconds(2)

    private let administration: Administration

    package init(_ administration: Administration) { self.administration = administration }

    /// Ends what was named. Throws an ``AdministrationRefusal`` for something that does not exist; something that has
    /// already ended is success, without a record.
    package func end(_ target: Target, offline: Bool, reason: String?, actor: String) async throws -> LogoutReport {
        let scope = try await scope(of: target)
        let request = TerminationRequest(
            scope: scope, cause: .operatorEnded, offline: offline, reason: reason, actor: actor
        )
        let outcome = try await administration.termination.end(request)
        guard let id = outcome.logoutID else { return LogoutReport.nothing(scope) }
        let isServed = try await isServed()
        if outcome.isUnfinished && !isServed { _ = try await administration.termination.continueUnfinished() }
        if isServed { try await lookOn(id) }
        guard let report = try await report(id) else { return LogoutReport.nothing(scope) }
        return report
    }

    /// The record, receipt and deliveries of one logout; nil for an unknown id.
    package func report(_ id: LogoutID) async throws -> LogoutReport? {
        let (deliveries, now) = (administration.deliveries, administration.clock.now)
        return try await administration.database.read { db in
            guard let record = try LogoutRecordStore().find(id, in: db) else { return nil }
            return LogoutReport(
                record: record,
                receipt: try LogoutReceiptStore().load(id, in: db, now: now),
                deliveries: try deliveries.list(logout: id, in: db),
                isServed: try ServerPresence.isRunning(in: db, now: now)
            )
        }
    }

    private func scope(of target: Target) async throws -> TerminationScope {
        let (directory, registry, sessions) = (
            administration.directory, administration.registry, administration.sessions
        )
        return try await administration.database.read { db in
            switch target {
            case .session(let id):
                guard try sessions.find(id, in: db) != nil else {
                    throw AdministrationRefusal("There is no session \"\(id.rawValue.prefix(140))\".")
                }
                return .session(id)
            case .user(let name):
                guard let account = try directory.find(username: name, in: db) else {
                    throw AdministrationRefusal("There is no account \"\(name.prefix(140))\".")
                }
                return .account(account.id)
            case .client(let id):
                guard try registry.findIncludingRemoved(id, in: db) != nil else {
                    throw AdministrationRefusal("There is no client \"\(id.rawValue.prefix(140))\".")
                }
                return .client(id)
            case .all: return .everyone
            }
        }
    }

    private func isServed() async throws -> Bool {
        let now = administration.clock.now
        return try await administration.database.read { db in try ServerPresence.isRunning(in: db, now: now) }
    }

    /// Until every application had its first attempt, or the time is over. The server does the work.
    private func lookOn(_ id: LogoutID) async throws {
        let deliveries = administration.deliveries
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            let isOver = try await administration.database.read { db in
                try deliveries.untried(of: id, in: db).isEmpty
                    && LogoutRecordStore().find(id, in: db)?.isUnfinished != true
            }
            if isOver { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
