import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("A delivery as a state machine")
struct LogoutDeliveryTests {
    typealias Answer = LogoutDelivery.Answer
    typealias Action = LogoutDelivery.Action
    static let now = Timestamp(seconds: 1_790_000_000)
    static let settings = DeliverySettings()

    @Test(
        "BC-OP-17, BC-OP-18, A-38, A-42: what each answer leads to",
        arguments: [
            (Answer.status(200), Action.confirm),
            (.status(204), .confirm),
            (.status(201), .retry(at: now + .seconds(1), "answered 201; only 200 and 204 confirm a logout")),
            (.status(202), .retry(at: now + .seconds(1), "answered 202; only 200 and 204 confirm a logout")),
            (.status(301), .retry(at: now + .seconds(1), "answered 301; redirects are not followed")),
            (.status(302), .retry(at: now + .seconds(1), "answered 302; redirects are not followed")),
            (.status(307), .retry(at: now + .seconds(1), "answered 307; redirects are not followed")),
            (.status(400), .refuse("answered 400")),
            (.status(400, error: "invalid_request"), .refuse("answered 400 (invalid_request)")),
            (.status(401), .retry(at: now + .seconds(1), "answered 401")),
            (.status(404), .retry(at: now + .seconds(1), "answered 404")),
            (.status(429), .retry(at: now + .seconds(1), "answered 429")),
            (.status(429, retryAfter: .seconds(120)), .retry(at: now + .seconds(120), "answered 429")),
            (.status(503, retryAfter: .seconds(999_999)), .retry(at: now + .seconds(3600), "answered 503")),
            (.status(500), .retry(at: now + .seconds(1), "answered 500")),
            (.status(501), .retry(at: now + .seconds(1), "answered 501")),
            (.failure("no connection: refused"), .retry(at: now + .seconds(1), "no connection: refused")),
        ]
    )
    func answers(_ answer: Answer, _ expected: Action) {
        let delivery = Machine(giveUpAt: Self.now + .seconds(72 * 3600))
        #expect(delivery.lease())
        #expect(delivery.settle(answer, at: Self.now, Self.settings, chance: 0.5) == expected)
        #expect(delivery.attempts == 1)
        let states: [LogoutDelivery.State] = [.delivered, .refused, .pending]
        let index = expected == .confirm ? 0 : { if case .refuse = expected { 1 } else { 2 } }()
        #expect(delivery.state == states[index])
    }

    @Test(
        "A lease is one worker's, until it ends; what is settled cannot be leased",
        arguments: LogoutDelivery.State.allCases)
    func leasing(_ state: LogoutDelivery.State) {
        var delivery = Machine(state: state, giveUpAt: Self.now)
        #expect(delivery.lease() == (state == .pending))
        delivery = Machine(state: state, giveUpAt: Self.now)
        #expect(delivery.lease(leaseIsOver: true) == (state == .pending || state == .leased))
    }

    @Test("Back-off doubles from one second to an hour, a quarter shorter or longer by chance")
    func backOff() {
        let middle = (1...14).map { LogoutDelivery.backOff(after: $0, Self.settings, chance: 0.5).components.seconds }
        #expect(middle == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600])
        #expect(LogoutDelivery.backOff(after: 4, Self.settings, chance: 0) == .seconds(6))
        #expect(LogoutDelivery.backOff(after: 4, Self.settings, chance: 1) == .seconds(10))
        #expect(LogoutDelivery.backOff(after: 1_000_000, Self.settings, chance: 1) == .seconds(3600))
    }

    @Test("After the horizon a failure is the last one, and never silent; success still counts")
    func horizon() {
        let late = Self.now + .seconds(72 * 3600) - .milliseconds(500)
        var delivery = Machine(attempts: 90, giveUpAt: Self.now + .seconds(72 * 3600))
        #expect(delivery.settle(.status(500), at: late, Self.settings, chance: 0.5) == .abandon("answered 500"))
        #expect(delivery.state == .abandoned)
        delivery = Machine(attempts: 90, giveUpAt: Self.now)
        #expect(delivery.settle(.status(200), at: late, Self.settings, chance: 0.5) == .confirm)
    }

    @Test(
        "A-45: Retry-After in both forms; nonsense is no wish",
        arguments: [
            ("120", Duration.seconds(120)), ("0", .zero), ("-5", nil), ("soon", nil), ("", nil), (nil, nil),
            ("1.5", nil), ("99999999999999999999", nil),
            ("Mon, 21 Sep 2026 14:13:20 GMT", .seconds(0)), ("Mon, 21 Sep 2026 14:14:20 GMT", .seconds(60)),
            ("Mon, 21 Sep 2026 14:00:00 GMT", nil), ("Thu, 29 Feb 2028 00:00:00 GMT", .seconds(45_395_200)),
        ] as [(String?, Duration?)]
    )
    func retryAfter(_ text: String?, _ expected: Duration?) {
        let parsed = RetryAfter.parse(text, at: Timestamp(seconds: 1_790_000_000))
        #expect(parsed == expected || (expected == .zero && parsed == nil))
    }

    @Test(
        "A-89: of a 400's body only a plain code is kept",
        arguments: [
            (#"{"error":"invalid_request"}"#, "invalid_request"),
            (#"{"error":"unsupported","error_description":"eyJhbGciOi"}"#, "unsupported"),
            (#"{"error":"eyJhbGciOiJFUzI1NiJ9.eyJ.x"}"#, nil), (#"{"error":"Bad Request"}"#, nil),
            (#"{"error":7}"#, nil),
            ("<html>", nil), ("", nil), (#"{"error":""}"#, nil),
        ] as [(String, String?)]
    )
    func errorBody(_ body: String, _ expected: String?) {
        #expect(LogoutErrorBody.code(in: Array(body.utf8)) == expected)
    }
}

@Suite("What a receipt may say")
struct LogoutReceiptRulesTests {
    typealias Fact = LogoutReceiptRules.Fact
    static let now = Timestamp(seconds: 1_790_000_000)

    private func fact(
        _ channel: LogoutChannel, _ state: LogoutDelivery.State, sid: String = "s",
        error: String? = nil, client: String = "one", attempts: Int = 1, offline: Bool = false, until: Timestamp? = nil
    ) -> Fact {
        Fact(
            client: ClientID(client), name: "Application \(client)", sid: SID(sid), channel: channel, state: state,
            lastError: error, attempts: attempts, keepsOffline: offline, tokenValidUntil: until
        )
    }

    @Test("G15, A-42, A-55: every state of a delivery, in the person's words", arguments: LogoutDelivery.State.allCases)
    func states(_ state: LogoutDelivery.State) {
        let expected: [LogoutDelivery.State: ReceiptState] = [
            .pending: .pending, .leased: .pending, .delivered: .confirmed, .refused: .refused, .abandoned: .abandoned,
            .asked: .askedThroughBrowser, .awaitingBrowser: .notAskedNoBrowser, .notAsked: .notAskedNoBrowser,
            .noAddress: .noLogoutAddress, .switchedOff: .switchedOff,
        ]
        #expect(LogoutReceiptRules.state(of: state) == expected[state])
    }

    @Test("Of two channels the server's word counts; of several sessions the worst is told")
    func merging() {
        let confirmed = [fact(.frontchannel, .asked), fact(.backchannel, .delivered)]
        #expect(LogoutReceiptRules.applications(confirmed, now: Self.now).map(\.state) == [.confirmed])
        let pending = [fact(.backchannel, .pending, error: "answered 500"), fact(.frontchannel, .asked)]
        let application = LogoutReceiptRules.applications(pending, now: Self.now).first
        #expect(application?.state == .pending)
        #expect(application?.lastError == "answered 500")
        #expect(application?.attempts == 2)
        let several = [
            fact(.backchannel, .delivered, sid: "a"), fact(.backchannel, .refused, sid: "b", error: "answered 400"),
            fact(.backchannel, .pending, sid: "c"),
        ]
        #expect(LogoutReceiptRules.applications(several, now: Self.now).map(\.state) == [.refused])
    }

    @Test("A-81: offline access and the life of JWT access tokens are admitted; what has expired is not mentioned")
    func admissions() {
        let facts = [
            fact(.backchannel, .delivered, client: "b", offline: true, until: Self.now + .seconds(60)),
            fact(.backchannel, .delivered, client: "a", until: Self.now),
        ]
        let applications = LogoutReceiptRules.applications(facts, now: Self.now)
        #expect(applications.map(\.clientID.rawValue) == ["a", "b"])
        #expect(applications.map(\.keepsOffline) == [false, true])
        #expect(applications.map(\.tokenValidUntil) == [nil, Self.now + .seconds(60)])
    }
}

/// A delivery whose changes can stand in expectations.
private final class Machine {
    private var value: LogoutDelivery
    init(state: LogoutDelivery.State = .pending, attempts: Int = 0, giveUpAt: Timestamp) {
        value = LogoutDelivery(state: state, attempts: attempts, giveUpAt: giveUpAt)
    }

    var state: LogoutDelivery.State { value.state }
    var attempts: Int { value.attempts }
    func lease(leaseIsOver: Bool = false) -> Bool { value.lease(leaseIsOver: leaseIsOver) }
    func settle(
        _ answer: LogoutDelivery.Answer, at now: Timestamp, _ settings: DeliverySettings, chance: Double
    ) -> LogoutDelivery.Action {
        value.settle(answer, at: now, settings, chance: chance)
    }
}
