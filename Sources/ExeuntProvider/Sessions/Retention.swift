package import Logging
package import OpenIDTypes
package import SQLStore
import ServiceLifecycle

/// Removes what is over and need not be kept: by index, oldest first, a bounded batch at a time, so that it never stands
/// before a request for long.
package struct Retention: Service {
    private let database: Database
    private let lifetimes: Lifetimes
    private let clock: any WallClock
    private let logger: Logger
    private let batch: Int
    private let interval: Duration

    package init(
        database: Database,
        lifetimes: Lifetimes,
        clock: any WallClock,
        logger: Logger,
        batch: Int = 200,
        interval: Duration = .seconds(60)
    ) {
        self.database = database
        self.lifetimes = lifetimes
        self.clock = clock
        self.logger = logger
        self.batch = batch
        self.interval = interval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await purge()
                } catch {
                    logger.error("old records cannot be removed", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: interval)
            }
        }
    }

    /// Removes everything that is over now; returns how many rows.
    @discardableResult
    package func purge() async throws -> Int {
        var total = 0
        for step in RetentionStep.allCases {
            while !Task.isCancelled {
                let (now, batch, lifetimes) = (clock.now, batch, lifetimes)
                let removed = try await database.write { db in
                    try step.purge(in: db, now: now, lifetimes: lifetimes, limit: batch)
                }
                total += removed
                if removed == 0 { break }
            }
        }
        return total
    }
}
