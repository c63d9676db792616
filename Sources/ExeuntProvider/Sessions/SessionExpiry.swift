package import Logging
package import OpenIDTypes
package import SQLStore
import ServiceLifecycle

/// Ends sessions whose time is over, like any other ending: at most a second late, by index, a bounded batch at a time.
///
/// Sessions are dead at their deadline whether or not this has come by; what it adds is that applications are told. It
/// also carries on with logouts that were too big for one transaction, whoever began them.
package struct SessionExpiry: Service {
    private let database: Database
    private let termination: SessionTermination
    private let dispatcher: LogoutDispatcher
    private let clock: any WallClock
    private let logger: Logger
    private let batch: Int

    package init(
        database: Database,
        termination: SessionTermination,
        dispatcher: LogoutDispatcher,
        clock: any WallClock,
        logger: Logger,
        batch: Int = 100
    ) {
        self.database = database
        self.termination = termination
        self.dispatcher = dispatcher
        self.clock = clock
        self.logger = logger
        self.batch = batch
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await expireDue()
                    try await continueUnfinished()
                } catch {
                    logger.error("sessions cannot be expired", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// Ends everything that is over now; returns how many sessions.
    @discardableResult
    package func expireDue() async throws -> Int {
        var total = 0
        while !Task.isCancelled {
            let now = clock.now
            let (found, ended) = try await expireBatch(now)
            total += ended
            if ended > 0 { dispatcher.nudge() }
            if found < batch { break }
        }
        return total
    }

    private func expireBatch(_ now: Timestamp) async throws -> (found: Int, ended: Int) {
        let due = Self.due(at: now, limit: batch)
        guard try await database.read({ db in try db.row(due) }) != nil else { return (0, 0) }
        return try await database.write { [termination] db in
            let rows = try db.rows(due)
            var ended = 0
            for row in rows {
                let absolute = SessionRules.expiredAbsolutely(
                    deadline: try row.value("deadline"), expires: try row.value("expires_at")
                )
                let request = TerminationRequest(
                    scope: .session(try row.value("session_id")),
                    cause: absolute ? .absoluteExpiry : .idleExpiry,
                    actor: "expiry"
                )
                if try termination.end(request, in: db, now: now).logoutID != nil { ended += 1 }
            }
            return (rows.count, ended)
        }
    }

    /// By the partial index of active sessions, the longest overdue first.
    package static func due(at now: Timestamp, limit: Int) -> SQL {
        """
        SELECT session_id, deadline, expires_at FROM sessions WHERE status = 'active' AND deadline <= \(now) \
        ORDER BY deadline LIMIT \(limit)
        """
    }

    private func continueUnfinished() async throws {
        let records = LogoutRecordStore()
        while try await database.read({ db in try records.hasUnfinished(in: db) }), !Task.isCancelled {
            let steps = try await termination.continueUnfinished(limit: 10)
            if steps > 0 { dispatcher.nudge() }
        }
    }
}
