import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Which delivery comes next")
struct DispatcherScheduleTests {
    static let start = Timestamp(seconds: 1_790_000_000)

    private static func work(
        _ id: String, _ client: String = "a", _ origin: String = "https://x:443", giveUp: Duration = .seconds(72 * 3600)
    ) -> LogoutDeliveryWork {
        LogoutDeliveryWork(
            id: DeliveryID(id), logout: LogoutID("l"), client: ClientID(client), sid: SID("s"), subject: Subject("u"),
            uri: origin + "/b", origin: origin, algorithm: .es256, typ: "logout+jwt", attempts: 0,
            giveUpAt: start + giveUp, leaseUntil: Timestamp(seconds: 1_900_000_000)
        )
    }

    private func schedule(perClient: Int = 2, perOrigin: Int = 4, total: Int = 100, queue: Int = 512)
        -> Scheduler
    {
        var settings = DeliverySettings()
        settings.perClient = perClient
        settings.perOrigin = perOrigin
        var limits = LogoutDispatcherSchedule.Limits()
        limits.total = total
        limits.queuePerClient = queue
        return Scheduler(LogoutDispatcherSchedule(settings: settings, limits: limits))
    }

    private func started(_ schedule: Scheduler, at now: Timestamp = start) -> [LogoutDeliveryWork] {
        var works: [LogoutDeliveryWork] = []
        while let work = schedule.next(at: now) { works.append(work) }
        return works
    }

    @Test("A-45: limits per application and per origin hold, and applications take turns")
    func limits() {
        let schedule = schedule()
        for number in 0..<10 { #expect(schedule.admit(Self.work("a\(number)"), at: Self.start, chance: 0) == .queued) }
        for number in 0..<10 { _ = schedule.admit(Self.work("b\(number)", "b"), at: Self.start, chance: 0) }
        for number in 0..<10 {
            _ = schedule.admit(Self.work("c\(number)", "c", "https://y:443"), at: Self.start, chance: 0)
        }
        let first = started(schedule)
        #expect(first.filter { $0.client.rawValue == "a" }.count == 2)
        #expect(first.filter { $0.client.rawValue == "b" }.count == 2)
        #expect(first.filter { $0.client.rawValue == "c" }.count == 2)
        schedule.finished(first[0], .status(200), at: Self.start)
        #expect(started(schedule).map(\.client) == [first[0].client])
        // Everything comes, in the end.
        var running = first.dropFirst() + []
        var count = 7
        while let work = running.popLast() {
            schedule.finished(work, .status(200), at: Self.start)
            let next = started(schedule)
            count += next.count
            running += next
        }
        #expect(count == 30)
        #expect(!schedule.isIdle)
    }

    @Test("Many applications of one origin share its limit; another origin does not wait for them")
    func origins() {
        let schedule = schedule()
        for number in 0..<20 { _ = schedule.admit(Self.work("a\(number)", "a\(number)"), at: Self.start, chance: 0) }
        _ = schedule.admit(Self.work("z", "z", "https://z:443"), at: Self.start, chance: 0)
        let first = started(schedule)
        #expect(first.count == 5)
        #expect(first.contains { $0.client.rawValue == "z" })
    }

    @Test("The total is bounded")
    func total() {
        let schedule = schedule(total: 7)
        for number in 0..<20 {
            _ = schedule.admit(Self.work("\(number)", "\(number)", "https://\(number):443"), at: Self.start, chance: 0)
        }
        let first = started(schedule)
        #expect(first.count == 7)
        #expect(schedule.running == 7)
        schedule.finished(first[0], .status(200), at: Self.start)
        #expect(started(schedule).count == 1)
    }

    @Test(
        "A-41: hanging attempts beyond half of an origin's limit make room, the oldest first, and only if others wait")
    func hanging() {
        let schedule = schedule(perClient: 1, perOrigin: 4)
        for number in 0..<4 {
            let now = Self.start + .milliseconds(Int64(number))
            _ = schedule.admit(Self.work("h\(number)", "h\(number)"), at: now, chance: 0)
            #expect(started(schedule, at: now).count == 1)
        }
        let later = Self.start + .milliseconds(1600)
        #expect(schedule.overdue(at: later).isEmpty)
        _ = schedule.admit(Self.work("w", "w"), at: later, chance: 0)
        #expect(started(schedule, at: later).isEmpty)
        #expect(schedule.overdue(at: Self.start + .milliseconds(1400)).isEmpty)
        #expect(schedule.overdue(at: later).map(\.rawValue) == ["h0", "h1"])
        schedule.finished(Self.work("h0", "h0"), .failure("broken off"), at: later)
        #expect(started(schedule, at: later).map(\.id.rawValue) == ["w"])
    }

    @Test(
        "Five failures in a row open the breaker: nothing is tried, one probe each 30 s, one success fetches everything"
    )
    func breaker() {
        let schedule = schedule(perClient: 8, perOrigin: 100)
        for number in 0..<20 { _ = schedule.admit(Self.work("a\(number)"), at: Self.start, chance: 0) }
        let first = started(schedule)
        #expect(first.count == 8)
        for work in first.prefix(4) { schedule.finished(work, .status(500), at: Self.start) }
        #expect(!schedule.isOpen(ClientID("a")))
        schedule.finished(first[4], .failure("no answer came in time"), at: Self.start)
        #expect(schedule.isOpen(ClientID("a")))
        #expect(started(schedule).isEmpty)
        let back = schedule.takePutBacks()
        #expect(back.postponed.count == 12)
        #expect(back.postponed.allSatisfy { $0.until >= Self.start + .seconds(22) && $0.reason != nil })
        for work in first.dropFirst(5) { schedule.finished(work, .status(500), at: Self.start) }
        // New work is not tried either, and does not stand before others.
        #expect(schedule.admit(Self.work("n"), at: Self.start, chance: 0.5) == .postponed)
        #expect(schedule.admit(Self.work("z", "z"), at: Self.start, chance: 0.5) == .queued)
        #expect(started(schedule).map(\.client.rawValue) == ["z"])
        #expect(schedule.pulls(at: Self.start + .seconds(29)).isEmpty)
        let probe = Self.start + .seconds(30)
        let pulls = schedule.pulls(at: probe)
        #expect(pulls.map(\.limit) == [1])
        #expect(schedule.admit(Self.work("p"), at: probe, chance: 0.5) == .queued)
        schedule.pulled(pulls[0], found: 1)
        #expect(schedule.admit(Self.work("q"), at: probe, chance: 0.5) == .postponed)
        #expect(started(schedule, at: probe).map(\.id.rawValue) == ["p"])
        #expect(schedule.pulls(at: probe).isEmpty)
        schedule.finished(Self.work("p"), .status(200), at: probe)
        #expect(!schedule.isOpen(ClientID("a")))
        let all = schedule.pulls(at: probe)
        #expect(all.count == 1 && all[0].limit > 1 && !all[0].onlyFresh)
        schedule.pulled(all[0], found: 3)
        #expect(schedule.pulls(at: probe).isEmpty)
    }

    @Test("A failed probe waits for the next half minute; 400 is an answer, and closes the breaker")
    func probes() {
        let breaker = Breaker()
        let settings = DeliverySettings()
        for number in 1...5 { #expect(breaker.failed(at: Self.start, retryAfter: nil, settings) == (number == 5)) }
        #expect(breaker.value.verdict(at: Self.start + .seconds(30), settings, chance: 0) == .probe)
        breaker.beginProbe(at: Self.start + .seconds(30), settings)
        let soon = Self.start + .seconds(40)
        #expect(breaker.failed(at: soon, retryAfter: nil, settings) == false)
        guard case .open = breaker.value.verdict(at: soon + .seconds(29), settings, chance: 0) else {
            Issue.record("probed too early")
            return
        }
        #expect(breaker.value.verdict(at: soon + .seconds(30), settings, chance: 0) == .probe)
        #expect(breaker.succeeded())
        #expect(breaker.value.isPristine)
        #expect(LogoutDispatcherBreaker.probeInterval(downFor: .seconds(72 * 3600), settings) == .seconds(300))
        let schedule = schedule()
        for _ in 0..<4 {
            _ = schedule.admit(Self.work("a"), at: Self.start, chance: 0)
            for work in started(schedule) { schedule.finished(work, .status(500), at: Self.start) }
        }
        _ = schedule.admit(Self.work("a"), at: Self.start, chance: 0)
        for work in started(schedule) { schedule.finished(work, .status(400), at: Self.start) }
        _ = schedule.admit(Self.work("a"), at: Self.start, chance: 0)
        for work in started(schedule) { schedule.finished(work, .status(500), at: Self.start) }
        #expect(!schedule.isOpen(ClientID("a")))
    }

    @Test("A-45: Retry-After holds the whole application, and no other")
    func held() {
        let schedule = schedule()
        _ = schedule.admit(Self.work("a1"), at: Self.start, chance: 0)
        let first = started(schedule)
        schedule.finished(first[0], .status(429, retryAfter: .seconds(60)), at: Self.start)
        #expect(schedule.admit(Self.work("a2"), at: Self.start + .seconds(59), chance: 0) == .postponed)
        #expect(schedule.takePutBacks().postponed.map(\.until) == [Self.start + .seconds(60)])
        #expect(schedule.admit(Self.work("b", "b"), at: Self.start, chance: 0) == .queued)
        #expect(schedule.admit(Self.work("a3"), at: Self.start + .seconds(60), chance: 0) == .queued)
    }

    @Test("More than fits is parked, and fetched as soon as there is room; memory is bounded")
    func parking() {
        let schedule = schedule(perClient: 1, perOrigin: 1, queue: 8)
        for number in 0..<20 { _ = schedule.admit(Self.work("a\(number)"), at: Self.start, chance: 0) }
        #expect(schedule.queued == 8)
        #expect(schedule.takePutBacks().postponed.count == 12)
        #expect(schedule.pulls(at: Self.start).isEmpty)
        for _ in 0..<7 {
            for work in started(schedule) { schedule.finished(work, .status(200), at: Self.start) }
        }
        let pulls = schedule.pulls(at: Self.start)
        #expect(pulls == [.init(client: ClientID("a"), onlyFresh: true, limit: 4)])
        schedule.pulled(pulls[0], found: 0)
        #expect(schedule.pulls(at: Self.start).isEmpty)
        for work in started(schedule) { schedule.finished(work, .status(200), at: Self.start) }
        #expect(schedule.isIdle)
    }

    @Test(
        "What is queued is not queued twice; what passed its horizon under an open breaker is given up, not forgotten")
    func edges() {
        let schedule = schedule()
        #expect(schedule.admit(Self.work("a"), at: Self.start, chance: 0) == .queued)
        #expect(schedule.admit(Self.work("a"), at: Self.start, chance: 0) == .duplicate)
        let first = started(schedule)
        #expect(schedule.admit(Self.work("a"), at: Self.start, chance: 0) == .duplicate)
        schedule.finished(first[0], .failure("x"), at: Self.start)
        for number in 0..<4 {
            _ = schedule.admit(Self.work("f\(number)"), at: Self.start, chance: 0)
            for work in started(schedule) { schedule.finished(work, .failure("x"), at: Self.start) }
        }
        #expect(schedule.isOpen(ClientID("a")))
        #expect(schedule.admit(Self.work("old", giveUp: .seconds(-1)), at: Self.start, chance: 0) == .abandoned)
        #expect(schedule.takePutBacks().abandoned.map(\.id.rawValue) == ["old"])
    }

    @Test("A-44: an attempt is not begun under a lease that would end before it")
    func shortLease() {
        let schedule = schedule()
        _ = schedule.admit(Self.work("a"), at: Self.start, chance: 0)
        #expect(schedule.next(at: Timestamp(seconds: 1_900_000_000) - .seconds(11)) == nil)
        #expect(schedule.takePutBacks().postponed.map(\.work.id.rawValue) == ["a"])
        #expect(schedule.isIdle)
    }
}

/// A schedule whose changes can stand in expectations.
private final class Scheduler {
    private var value: LogoutDispatcherSchedule
    init(_ value: LogoutDispatcherSchedule) { self.value = value }

    var queued: Int { value.queued }
    var running: Int { value.running }
    var isIdle: Bool { value.isIdle }
    func isOpen(_ client: ClientID) -> Bool { value.isOpen(client) }
    func overdue(at now: Timestamp) -> [DeliveryID] { value.overdue(at: now) }
    func admit(_ work: LogoutDeliveryWork, at now: Timestamp, chance: Double) -> LogoutDispatcherSchedule.Admission {
        value.admit(work, at: now, chance: chance)
    }
    func next(at now: Timestamp) -> LogoutDeliveryWork? { value.next(at: now) }
    func finished(_ work: LogoutDeliveryWork, _ answer: LogoutDelivery.Answer?, at now: Timestamp) {
        value.finished(work, answer, at: now)
    }
    func takePutBacks() -> LogoutDispatcherSchedule.PutBacks { value.takePutBacks() }
    func pulls(at now: Timestamp) -> [LogoutDispatcherSchedule.Pull] { value.pulls(at: now) }
    func pulled(_ pull: LogoutDispatcherSchedule.Pull, found: Int) { value.pulled(pull, found: found) }
}

private final class Breaker {
    private(set) var value = LogoutDispatcherBreaker()
    func failed(at now: Timestamp, retryAfter: Duration?, _ settings: DeliverySettings) -> Bool {
        value.failed(at: now, retryAfter: retryAfter, settings)
    }
    func succeeded() -> Bool { value.succeeded() }
    func beginProbe(at now: Timestamp, _ settings: DeliverySettings) { value.beginProbe(at: now, settings) }
}
