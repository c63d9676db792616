package import Logging
package import OpenIDTypes
package import OutgoingHTTP
package import SQLStore
import ServiceLifecycle
import Synchronization

/// Tells applications of logouts, from what ``SessionTermination`` wrote, until each has heard (Back-Channel Logout §2.5).
///
/// Any number of these, in any number of processes, work on one database: a delivery belongs to whoever holds its lease.
/// What is to be sent next is ``LogoutDispatcherSchedule``'s to say; what an answer means is ``LogoutDelivery``'s. This
/// class claims, signs, sends and writes down, and has no rules of its own.
package final class LogoutDispatcher: Service {
    struct State {
        var schedule: LogoutDispatcherSchedule
        var signers: [SigningAlgorithm: SigningKey] = [:]
        /// Answers that were read and not yet written down.
        var unsettled: [LogoutDeliveryAttempt] = []
        var waiters: [LogoutID: [Int: FirstAttempts]] = [:]
        var nextWaiter = 0
        var aborts: [DeliveryID: Interruption] = [:]
        var isRunning = false
        var isStopping = false
        var isNudged = false
        /// The last claim brought as much as it asked for: there may be more.
        var mayHaveMore = false
        /// Other processes deliver too, and may make first attempts that this one does not see.
        var hasOthers = false
    }

    /// Everybody else may take over what is leased for longer than an attempt can last.
    static let lease = Duration.seconds(30)

    let database: Database
    let outgoing: OutgoingClient
    let keys: KeyRing
    let store: LogoutDeliveryStore
    let issuer: Issuer
    let settings: DeliverySettings
    let clock: any WallClock
    let logger: Logger
    let node = LogoutDispatcherNode()
    let state: Mutex<State>
    let work = WakeSignal()
    let answers = WakeSignal()

    package init(
        database: Database,
        outgoing: OutgoingClient,
        keys: KeyRing,
        store: LogoutDeliveryStore,
        issuer: Issuer,
        settings: DeliverySettings,
        limits: LogoutDispatcherSchedule.Limits = LogoutDispatcherSchedule.Limits(),
        clock: any WallClock,
        logger: Logger
    ) {
        self.database = database
        self.outgoing = outgoing
        self.keys = keys
        self.store = store
        self.issuer = issuer
        self.settings = settings
        self.clock = clock
        self.logger = logger
        state = Mutex(State(schedule: LogoutDispatcherSchedule(settings: settings, limits: limits)))
    }

    /// Something was enqueued: look at once.
    package func nudge() {
        state.withLock { $0.isNudged = true }
        work.signal()
    }

    /// Delivers until the process is asked to stop; then sends nothing new, lets what is under way end, writes it down
    /// and gives the rest back.
    package func run() async throws {
        await beat()
        state.withLock {
            $0.isStopping = false
            $0.isRunning = true
        }
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.keepBeating() }
                group.addTask { await self.keepSettling() }
                await self.deliver()
                self.answers.signal()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.stop()
        }
        await settleAll()
        await leave()
    }

    private func stop() {
        state.withLock { $0.isStopping = true }
        work.signal()
    }

    /// Claims and starts until stopped; returns when every attempt has ended.
    private func deliver() async {
        await withDiscardingTaskGroup { workers in
            while !Task.isCancelled, !state.withLock({ $0.isStopping }) {
                let claimed = await claim()
                start(&workers)
                breakOffOverdue()
                if claimed > 0, state.withLock({ $0.mayHaveMore }) { continue }
                let crowded = state.withLock { $0.schedule.hasWaiting }
                await work.wait(upTo: .milliseconds(crowded ? 100 : 500))
            }
            state.withLock { $0.schedule.releaseQueued(at: clock.now) }
        }
        state.withLock { $0.isRunning = false }
    }

    private func start(_ workers: inout DiscardingTaskGroup) {
        while let next = state.withLock({ $0.schedule.next(at: clock.now) }) {
            workers.addTask { await self.send(next) }
        }
    }

    /// For tests and for the command line: sends everything that is due now, and returns when it is settled. Returns how
    /// many deliveries were claimed.
    @discardableResult
    package func drainOnce() async throws -> Int {
        var total = 0
        while true {
            state.withLock { $0.isNudged = true }
            let claimed = try await claimDue()
            total += claimed
            await withDiscardingTaskGroup { workers in start(&workers) }
            try await settle()
            try await putBack()
            if claimed == 0 { return total }
        }
    }
}
