import ExeuntProvider
import ExeuntTesting
import Logging
import OpenIDTypes
import SQLStore
import Testing

@Suite("Login throttling", .timeLimit(.minutes(1)))
struct LoginThrottleTests {
    typealias Rules = LoginThrottleRules

    @Test(
        "the pause grows from nothing to a limit, and never beyond it",
        arguments: [
            (0, Rules.Bucket.account, Duration.zero), (5, .account, .zero), (6, .account, .seconds(1)),
            (7, .account, .seconds(2)), (8, .account, .seconds(4)), (11, .account, .seconds(32)),
            (12, .account, .seconds(60)), (1_000_000, .account, .seconds(60)), (30, .address, .zero),
            (31, .address, .seconds(1)), (1_000_000, .address, .seconds(900)), (5, .knownBrowser, .zero),
            (1_000_000, .knownBrowser, .seconds(60)),
        ] as [(Int64, Rules.Bucket, Duration)]
    )
    func pauses(_ failures: Int64, _ bucket: Rules.Bucket, _ expected: Duration) {
        #expect(Rules.pause(after: failures, in: bucket) == expected)
    }

    @Test("a clock that was set back does not prolong the wait")
    func clockSetBack() {
        let now = Timestamp(seconds: 1000)
        #expect(Rules.wait(failures: 100, last: now + .seconds(500), in: .account, now: now) == .zero)
        #expect(Rules.wait(failures: 100, last: now - .seconds(10), in: .account, now: now) == .seconds(50))
    }

    /// A database, a clock, and attempts at one account.
    private struct Place: Sendable {
        let database: Database
        let clock = ManualClock()
        let throttle = LoginThrottle()

        init(_ database: Database) { self.database = database }

        init() async throws {
            database = try await Database.open(.memory, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            _ = try await database.migrate(Schema.migrations)
        }

        func attempt(_ username: String = "anna", _ address: String = "192.0.2.1", browser: UInt8? = nil)
            -> LoginThrottle.Attempt
        {
            LoginThrottle.Attempt(username: username, address: address, browserHash: browser.map { [$0] })
        }

        func admit(_ attempt: LoginThrottle.Attempt) async throws -> LoginThrottle.Admission {
            let (throttle, now) = (throttle, clock.now)
            return try await database.write { db in try throttle.admit(attempt, in: db, now: now) }
        }

        func succeed(_ attempt: LoginThrottle.Attempt) async throws {
            let (throttle, now) = (throttle, clock.now)
            try await database.write { db in try throttle.succeeded(attempt, in: db, now: now) }
        }

        /// Attempts until the first that has to wait; how many were admitted.
        func fail(_ attempt: LoginThrottle.Attempt, atMost limit: Int) async throws -> Int {
            for count in 0..<limit {
                if case .wait = try await admit(attempt) { return count }
            }
            return limit
        }
    }

    @Test("an account: five free failures, then waiting; trying too early does not prolong it; then one more")
    func perAccount() async throws {
        let place = try await Place()
        #expect(try await place.fail(place.attempt(), atMost: 20) == 6)
        #expect(try await place.admit(place.attempt()) == .wait(.seconds(1)))
        for _ in 0..<50 { _ = try await place.admit(place.attempt()) }
        #expect(try await place.admit(place.attempt()) == .wait(.seconds(1)))
        place.clock.advance(by: .seconds(1))
        #expect(try await place.admit(place.attempt()) == .admitted)
        #expect(try await place.admit(place.attempt()) == .wait(.seconds(2)))
    }

    @Test("from any address, and however the name is typed, it is the same account")
    func manyAddresses() async throws {
        let place = try await Place()
        for number in 0..<6 {
            let name = number.isMultiple(of: 2) ? "anna" : "ANNA"
            #expect(try await place.admit(place.attempt(name, "198.51.100.\(number)")) == .admitted)
        }
        #expect(try await place.admit(place.attempt("anna", "198.51.100.99")) == .wait(.seconds(1)))
        #expect(try await place.admit(place.attempt("bert", "198.51.100.99")) == .admitted)
    }

    @Test("an address: guessing at many names is slowed down; of IPv6 the whole /64 is one address")
    func perAddress() async throws {
        let place = try await Place()
        var admitted = 0
        for number in 0..<60 {
            let attempt = place.attempt("user\(number)", "2001:db8:0:1::\(String(number, radix: 16))")
            if try await place.admit(attempt) == .admitted { admitted += 1 }
        }
        #expect(admitted == 31)
        #expect(try await place.admit(place.attempt("someone", "2001:db8:0:2::1")) == .admitted)
    }

    @Test("an attacker cannot keep out the owner: a browser that signed in before has a bucket of its own")
    func knownBrowser() async throws {
        let place = try await Place()
        let home = place.attempt("anna", "192.0.2.1", browser: 1)
        #expect(try await place.admit(home) == .admitted)
        try await place.succeed(home)
        // The attacker hammers from everywhere, also from the owner's own address.
        for number in 0..<500 { _ = try await place.admit(place.attempt("anna", "203.0.113.\(number % 250)")) }
        for _ in 0..<100 { _ = try await place.admit(place.attempt("anna", "192.0.2.1", browser: 2)) }
        guard case .wait = try await place.admit(place.attempt("anna", "192.0.2.9", browser: 2)) else {
            Issue.record("the attacker is not slowed down")
            return
        }
        #expect(try await place.admit(home) == .admitted)
        // Known for this account alone.
        for _ in 0..<10 { _ = try await place.admit(place.attempt("bert", "198.51.100.1", browser: 3)) }
        #expect(try await place.admit(place.attempt("bert", "192.0.2.50", browser: 1)) != .admitted)
    }

    @Test("a known browser is slowed down too: it may have been stolen")
    func knownBrowserIsLimited() async throws {
        let place = try await Place()
        let home = place.attempt(browser: 1)
        _ = try await place.admit(home)
        try await place.succeed(home)
        #expect(try await place.fail(home, atMost: 20) == 6)
    }

    @Test("the longest wait for an account is a minute, whatever was done to it: never a lock")
    func neverLocked() async throws {
        let place = try await Place()
        for number in 0..<200 {
            _ = try await place.admit(place.attempt("anna", "203.0.113.\(number)"))
            place.clock.advance(by: .seconds(60))
        }
        _ = try await place.admit(place.attempt("anna", "203.0.113.201"))
        guard case .wait(let wait) = try await place.admit(place.attempt("anna", "203.0.113.202")) else {
            Issue.record("not slowed down")
            return
        }
        #expect(wait <= .seconds(60))
        place.clock.advance(by: wait)
        #expect(try await place.admit(place.attempt("anna", "203.0.113.203")) == .admitted)
    }

    @Test("a right password forgives the account; of the address only its own attempt is taken back")
    func forgiveness() async throws {
        let place = try await Place()
        for number in 0..<30 { _ = try await place.admit(place.attempt("user\(number)")) }
        try await place.succeed(place.attempt("user0"))
        #expect(try await place.admit(place.attempt("other1")) == .admitted)
        #expect(try await place.admit(place.attempt("other2")) == .admitted)
        #expect(try await place.admit(place.attempt("other3")) == .wait(.seconds(1)))
    }

    @Test("a day without failures forgets")
    func forgets() async throws {
        let place = try await Place()
        _ = try await place.fail(place.attempt(), atMost: 20)
        place.clock.advance(by: .seconds(86_401))
        #expect(try await place.fail(place.attempt(), atMost: 20) == 6)
    }

    @Test("A-89: a password typed as a username is not stored")
    func nothingReadable() async throws {
        let place = try await Place()
        _ = try await place.admit(place.attempt("hunter2", browser: 1))
        let stored = try await place.database.read { db in
            try db.rows("SELECT subject FROM login_throttle").map { try $0.value("subject", as: String.self) }
        }
        #expect(stored.count == 2)
        #expect(!stored.joined().contains("hunter2"))
    }

    @Test("guesses sent at once are counted before any of them is checked", arguments: DeliveryEngine.all)
    func concurrentGuesses(_ engine: DeliveryEngine) async throws {
        try await engine.run { delivery in
            let place = Place(delivery.database)
            let admitted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<40 {
                    group.addTask { try await place.admit(place.attempt("anna", "198.51.100.\(number)")) == .admitted }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(admitted == 6)
        }
    }
}
