package import OpenIDTypes

// What the schedule wants from outside: rows put back, claims of single applications, attempts broken off.
extension LogoutDispatcherSchedule {
    /// What must be written back; empty afterwards.
    package mutating func takePutBacks() -> PutBacks {
        defer { putBacks = PutBacks() }
        return putBacks
    }

    /// Gives up everything that is not under way: the service stops.
    package mutating func releaseQueued(at now: Timestamp) {
        for client in Array(applications.keys) {
            guard var application = applications[client] else { continue }
            for (_, var lane) in application.lanes {
                while let work = lane.popFirst() {
                    known.remove(work.id)
                    _ = postpone(work, now, nil)
                }
            }
            application.lanes = [:]
            application.queued = 0
            applications[client] = application
        }
    }

    /// Applications that need a claim of their own: to probe one that is down, to fetch what waits for one that is back,
    /// or to fill the queue of one that had more than would fit.
    package mutating func pulls(at now: Timestamp) -> [Pull] {
        var pulls: [Pull] = []
        for client in troubled {
            guard let application = applications[client] else { continue }
            if application.breaker.isOpen {
                guard application.awaitsProbe, application.running == 0, application.queued == 0,
                    application.breaker.verdict(at: now, settings, chance: 0) == .probe
                else { continue }
                pulls.append(Pull(client: client, onlyFresh: false, limit: 1))
            } else if application.isRecovering, application.queued < limits.queuePerClient / 2 {
                pulls.append(Pull(client: client, onlyFresh: false, limit: limits.queuePerClient / 2))
            } else if application.parked > 0, application.queued < limits.queuePerClient / 4 {
                pulls.append(Pull(client: client, onlyFresh: true, limit: limits.queuePerClient / 2))
            }
        }
        return pulls
    }

    /// What a pull found. Fewer than asked for: that was all.
    package mutating func pulled(_ pull: Pull, found: Int) {
        guard found < pull.limit, var application = applications[pull.client] else { return }
        if application.breaker.isOpen {
            application.awaitsProbe = found > 0
        } else {
            application.isRecovering = false
            application.parked = 0
        }
        applications[pull.client] = application.isForgettable ? nil : application
        if !troubledNow(application) { troubled.remove(pull.client) }
    }

    /// Hanging attempts beyond half of a limit that others wait for: to be broken off, the oldest first.
    package func overdue(at now: Timestamp) -> [DeliveryID] {
        guard hasWaiting else { return [] }
        var overdue: [DeliveryID] = []
        for origin in origins.values where !origin.ready.isEmpty && origin.running.count >= settings.perOrigin {
            overdue += excess(of: origin.running, limit: settings.perOrigin, at: now)
        }
        if running >= limits.total {
            let all = origins.values.reduce(into: [DeliveryID: Timestamp]()) { $0.merge($1.running) { a, _ in a } }
            overdue += excess(of: all, limit: limits.total, at: now)
        }
        return overdue
    }

    private func excess(of running: [DeliveryID: Timestamp], limit: Int, at now: Timestamp) -> [DeliveryID] {
        let hanging = running.filter { now - $0.value >= limits.hangingAfter }
        let excess = hanging.count - limit / 2
        guard excess > 0 else { return [] }
        return hanging.sorted { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }.prefix(excess).map(\.key)
    }

    /// Whether the application is only probed at present.
    package func isOpen(_ client: ClientID) -> Bool { applications[client]?.breaker.isOpen ?? false }
}
