import Logging
package import OpenIDTypes
import SQLStore
import Synchronization

/// Somebody who waits for the first attempts of one logout.
struct FirstAttempts {
    /// Tried since waiting began.
    var tried: Set<DeliveryID> = []
    /// Nil until it was looked up who there is to wait for.
    var open: Set<DeliveryID>?
    let signal: WakeSignal
}

// Writing down what was answered, many at a time.
extension LogoutDispatcher {
    func keepSettling() async {
        while !Task.isCancelled {
            await answers.wait()
            await settleAll()
        }
    }

    /// Until all is written: an answer that was read must not be lost because the database is away for a moment.
    func settleAll() async {
        var pause = Duration.milliseconds(50)
        while true {
            do {
                try await settle()
                try await putBack()
                return
            } catch {
                logger.error("answers to logout tokens cannot be written", metadata: ["error": "\(error)"])
                if Task.isCancelled || state.withLock({ $0.isStopping }) { return }
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(2))
            }
        }
    }

    /// One transaction for all answers that have come; those that come meanwhile share the next one.
    func settle() async throws {
        while true {
            let attempts = state.withLock { state in
                defer { state.unsettled = [] }
                return state.unsettled
            }
            guard !attempts.isEmpty else { return }
            do {
                let (store, owner) = (store, node.id)
                try await database.write { db in try store.settle(attempts, owner: owner, in: db) }
            } catch {
                state.withLock { $0.unsettled = attempts + $0.unsettled }
                throw error
            }
            FaultPoint.reached(.dispatcherSettled)
            for attempt in attempts {
                warn(of: attempt)
                Telemetry.delivery(outcome: attempt.action.name, took: .milliseconds(attempt.milliseconds))
            }
            release(attempts.map { ($0.work.logout, $0.work.id) })
            // A breaker may have closed, and many deliveries be due.
            if !state.withLock({ $0.schedule.pulls(at: clock.now).isEmpty }) { work.signal() }
        }
    }

    private func warn(of attempt: LogoutDeliveryAttempt) {
        switch attempt.action {
        case .confirm, .retry: break
        case .abandon(let reason): warnAbandoned(attempt.work, reason)
        case .refuse(let reason):
            logger.warning(
                "an application refused a logout token",
                metadata: [
                    "delivery": "\(attempt.work.id)", "client": "\(attempt.work.client)",
                    "logout": "\(attempt.work.logout)", "reason": "\(reason)",
                ]
            )
        }
    }
}

// Waiting for first attempts (RPI-OP-15), without asking the database again and again.
extension LogoutDispatcher {
    /// Returns when every back-channel delivery of the logout has had its first attempt, or cannot have one soon because
    /// its application is known to be down; after `within` at the latest.
    ///
    /// - Parameter expected: whom to wait for, if the caller knows; it is asked before anybody was tried, and wakes those
    ///   who try.
    package func firstAttempts(
        of logout: LogoutID, expected: [DeliveryID]? = nil, within limit: Duration
    ) async {
        let signal = WakeSignal()
        let waiter = state.withLock { state -> Int? in
            // Nobody delivers here: there is nothing to wait for.
            guard state.isRunning, !state.isStopping else { return nil }
            state.nextWaiter += 1
            state.waiters[logout, default: [:]][state.nextWaiter] = FirstAttempts(
                open: expected.map(Set.init), signal: signal
            )
            return state.nextWaiter
        }
        if expected != nil { nudge() }
        guard let waiter else { return }
        defer {
            state.withLock { state in
                state.waiters[logout]?[waiter] = nil
                if state.waiters[logout]?.isEmpty == true { state.waiters[logout] = nil }
            }
        }
        await watch(logout, waiter, signal, until: ContinuousClock.now + limit)
    }

    private func watch(
        _ logout: LogoutID, _ waiter: Int, _ signal: WakeSignal, until end: ContinuousClock.Instant
    ) async {
        while !Task.isCancelled, await isWaiting(logout, waiter) {
            let left = end - ContinuousClock.now
            guard left > .zero else { return }
            if state.withLock({ $0.hasOthers }) {
                await signal.wait(upTo: min(left, .milliseconds(100)))
                state.withLock { $0.waiters[logout]?[waiter]?.open = nil }
            } else {
                await signal.wait(upTo: left)
            }
        }
    }

    /// Looks up who there is to wait for, once; afterwards only what this process hears counts.
    private func isWaiting(_ logout: LogoutID, _ waiter: Int) async -> Bool {
        if state.withLock({ $0.waiters[logout]?[waiter]?.open == nil }) {
            let store = store
            let untried = try? await database.read { db in try store.untried(of: logout, in: db) }
            guard let untried else { return false }
            state.withLock { state in
                guard let tried = state.waiters[logout]?[waiter]?.tried else { return }
                state.waiters[logout]?[waiter]?.open = Set(untried).subtracting(tried)
            }
        }
        return state.withLock { $0.waiters[logout]?[waiter]?.open?.isEmpty == false }
    }

    /// These have been tried.
    func release(_ tried: [(LogoutID, DeliveryID)]) {
        guard !tried.isEmpty else { return }
        let signals = state.withLock { state -> [WakeSignal] in
            guard !state.waiters.isEmpty else { return [] }
            var signals: [WakeSignal] = []
            for (logout, delivery) in tried {
                guard let waiters = state.waiters[logout] else { continue }
                for id in waiters.keys {
                    state.waiters[logout]?[id]?.tried.insert(delivery)
                    state.waiters[logout]?[id]?.open?.remove(delivery)
                    if state.waiters[logout]?[id]?.open?.isEmpty == true, let waiter = waiters[id] {
                        signals.append(waiter.signal)
                    }
                }
            }
            return signals
        }
        for signal in signals { signal.signal() }
    }
}
