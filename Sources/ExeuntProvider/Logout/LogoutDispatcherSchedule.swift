package import OpenIDTypes

/// Which claimed delivery is sent next. A value that is told the time: it keeps the limits per application and per origin,
/// the breakers, and the fairness between them, and knows neither network nor database.
///
/// Applications of one origin take turns, and so do origins; one that is down or full never stands before another.
package struct LogoutDispatcherSchedule: Sendable {
    /// Beside those of ``DeliverySettings``.
    package struct Limits: Sendable {
        /// Attempts under way altogether: sockets are finite.
        package var total = 512
        /// Deliveries of one application that wait in memory.
        package var queuePerClient = 512
        /// An attempt without an answer for this long is hanging.
        package var hangingAfter: Duration = .milliseconds(1500)

        package init() {}
    }

    package enum Admission: Sendable, Hashable {
        case queued
        /// It is queued or under way already: its lease was ours.
        case duplicate
        case postponed
        case abandoned
    }

    /// A claim that one application needs for itself.
    package struct Pull: Sendable, Hashable {
        package let client: ClientID
        package let onlyFresh: Bool
        package let limit: Int

        package init(client: ClientID, onlyFresh: Bool, limit: Int) {
            self.client = client
            self.onlyFresh = onlyFresh
            self.limit = limit
        }
    }

    /// What must be written back without an attempt.
    package struct PutBacks: Sendable {
        package var postponed: [LogoutPostponement] = []
        package var abandoned: [LogoutDeliveryWork] = []
        package var isEmpty: Bool { postponed.isEmpty && abandoned.isEmpty }
    }

    struct Application {
        var breaker = LogoutDispatcherBreaker()
        /// By origin; almost always one.
        var lanes: [String: FirstInFirstOut<LogoutDeliveryWork>] = [:]
        var queued = 0
        var running = 0
        /// Put back because the queue was full.
        var parked = 0
        /// It was down and is back: all that waits for it is fetched.
        var isRecovering = false
        /// Something may be waiting for the next probe.
        var awaitsProbe = false

        var isForgettable: Bool {
            breaker.isPristine && queued == 0 && running == 0 && parked == 0 && !isRecovering
        }
    }

    struct Origin {
        var running: [DeliveryID: Timestamp] = [:]
        var ready = FirstInFirstOut<ClientID>()
    }

    private struct Lane: Hashable {
        let client: ClientID
        let origin: String
    }

    package let settings: DeliverySettings
    package let limits: Limits
    var applications: [ClientID: Application] = [:]
    var origins: [String: Origin] = [:]
    private var readyOrigins = FirstInFirstOut<String>()
    private var inReadyOrigins: Set<String> = []
    private var readyLanes: Set<Lane> = []
    var known: Set<DeliveryID> = []
    var troubled: Set<ClientID> = []
    var putBacks = PutBacks()
    package private(set) var running = 0

    package init(settings: DeliverySettings, limits: Limits = Limits()) {
        self.settings = settings
        self.limits = limits
    }

    package var queued: Int { known.count - running }
    package var isIdle: Bool { known.isEmpty }
    /// Something waits for a place: hanging attempts may have to make room.
    package var hasWaiting: Bool { queued > 0 }

    /// Takes a claimed delivery in.
    /// - Parameter chance: from 0 to 1, for the jitter.
    package mutating func admit(_ work: LogoutDeliveryWork, at now: Timestamp, chance: Double) -> Admission {
        guard !known.contains(work.id) else { return .duplicate }
        var application = applications[work.client] ?? Application()
        defer { applications[work.client] = application }
        switch application.breaker.verdict(at: now, settings, chance: chance) {
        case .held(let until):
            application.awaitsProbe = application.breaker.isOpen
            return postpone(work, until, "the application asked for more time")
        case .open(let until, let since):
            guard work.giveUpAt > now else {
                putBacks.abandoned.append(work)
                return .abandoned
            }
            application.awaitsProbe = true
            return postpone(work, until, "not tried: the application has not answered since \(since.iso8601)")
        case .probe:
            application.breaker.beginProbe(at: now, settings)
        case .closed:
            guard application.queued < limits.queuePerClient else {
                application.parked += 1
                troubled.insert(work.client)
                // Fetched as soon as there is room; the time is for the case that this process dies.
                let spread = Duration.milliseconds(5000 + Int64(application.parked) * 5)
                return postpone(work, now + spread, nil)
            }
        }
        known.insert(work.id)
        application.queued += 1
        application.lanes[work.origin, default: FirstInFirstOut()].append(work)
        makeReady(work.client, work.origin, application)
        return .queued
    }

    mutating func postpone(_ work: LogoutDeliveryWork, _ until: Timestamp, _ reason: String?) -> Admission {
        putBacks.postponed.append(LogoutPostponement(work: work, until: until, reason: reason))
        return .postponed
    }

    private mutating func makeReady(_ client: ClientID, _ origin: String, _ application: Application) {
        guard application.running < settings.perClient, application.lanes[origin]?.isEmpty == false,
            readyLanes.insert(Lane(client: client, origin: origin)).inserted
        else { return }
        origins[origin, default: Origin()].ready.append(client)
        if inReadyOrigins.insert(origin).inserted { readyOrigins.append(origin) }
    }

    /// The next delivery to send, if there is one and there is room for it.
    package mutating func next(at now: Timestamp) -> LogoutDeliveryWork? {
        while running < limits.total, let name = readyOrigins.popFirst() {
            inReadyOrigins.remove(name)
            guard var origin = origins[name], origin.running.count < settings.perOrigin else { continue }
            while let client = origin.ready.popFirst() {
                readyLanes.remove(Lane(client: client, origin: name))
                origins[name] = origin
                let work = take(client, name, at: now)
                origin = origins[name] ?? Origin()
                guard let work else { continue }
                origin.running[work.id] = now
                origins[name] = origin
                running += 1
                if !origin.ready.isEmpty, inReadyOrigins.insert(name).inserted { readyOrigins.append(name) }
                return work
            }
            origins[name] = origin.running.isEmpty ? nil : origin
        }
        return nil
    }

    private mutating func take(_ client: ClientID, _ origin: String, at now: Timestamp) -> LogoutDeliveryWork? {
        guard var application = applications[client], application.running < settings.perClient else { return nil }
        defer { applications[client] = application }
        while let work = application.lanes[origin]?.popFirst() {
            application.queued -= 1
            // A lease that would end under the attempt lets another node send the same.
            guard work.leaseUntil - now > settings.attemptDeadline + .seconds(2) else {
                known.remove(work.id)
                _ = postpone(work, now, nil)
                continue
            }
            application.running += 1
            makeReady(client, origin, application)
            return work
        }
        application.lanes[origin] = nil
        return nil
    }

    /// An attempt is over. `answer` nil: it was broken off, and says nothing about the application.
    package mutating func finished(_ work: LogoutDeliveryWork, _ answer: LogoutDelivery.Answer?, at now: Timestamp) {
        guard known.remove(work.id) != nil else { return }
        running -= 1
        origins[work.origin]?.running[work.id] = nil
        guard var application = applications[work.client] else { return }
        application.running -= 1
        if let answer { judge(answer, work.client, &application, at: now) }
        for origin in application.lanes.keys { makeReady(work.client, origin, application) }
        applications[work.client] = application.isForgettable ? nil : application
        reopen(work.origin)
        if !troubledNow(application) { troubled.remove(work.client) }
    }

    func troubledNow(_ application: Application) -> Bool {
        application.breaker.isOpen || application.isRecovering || application.parked > 0
    }

    private mutating func reopen(_ name: String) {
        guard let origin = origins[name] else { return }
        if origin.ready.isEmpty {
            if origin.running.isEmpty { origins[name] = nil }
        } else if inReadyOrigins.insert(name).inserted {
            readyOrigins.append(name)
        }
    }

    private mutating func judge(
        _ answer: LogoutDelivery.Answer, _ client: ClientID, _ application: inout Application, at now: Timestamp
    ) {
        var retryAfter: Duration?
        switch answer {
        // An application that refuses a token is there.
        case .status(200, _, _), .status(204, _, _), .status(400, _, _):
            if application.breaker.succeeded() {
                application.isRecovering = true
                troubled.insert(client)
            }
            return
        case .status(_, let asked, _): retryAfter = asked
        case .failure: break
        }
        let opened = application.breaker.failed(at: now, retryAfter: retryAfter, settings)
        guard opened || application.breaker.isOpen || retryAfter != nil else { return }
        application.isRecovering = false
        application.parked = 0
        application.awaitsProbe = application.breaker.isOpen
        troubled.insert(client)
        drain(&application, at: now)
    }

    /// What was to be sent to an application that is down now, or asked for time, goes back.
    private mutating func drain(_ application: inout Application, at now: Timestamp) {
        for (_, var lane) in application.lanes {
            while let work = lane.popFirst() {
                known.remove(work.id)
                switch application.breaker.verdict(at: now, settings, chance: Double.random(in: 0...1)) {
                case .held(let until): _ = postpone(work, until, "the application asked for more time")
                case .open(let until, let since):
                    _ = postpone(work, until, "not tried: the application has not answered since \(since.iso8601)")
                case .probe, .closed: _ = postpone(work, now, nil)
                }
            }
        }
        application.lanes = [:]
        application.queued = 0
    }
}
