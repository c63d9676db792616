import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Sessions and browsers", .timeLimit(.minutes(2)))
struct SessionStoreTests {
    @Test(
        "A-60: every sign-in gives the browser a new secret, and the old one is worthless",
        arguments: DeliveryEngine.all)
    func secretRotates(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            try await place.addAccount("bert")
            let first = try await place.signIn("anna")
            let second = try await place.signIn("anna", browser: first.newSecret)
            let third = try await place.signIn("bert", browser: second.newSecret)
            #expect(Set([first.newSecret, second.newSecret, third.newSecret]).count == 3)
            for old in [first.newSecret, second.newSecret] {
                #expect(try await place.browser(old).isEmpty)
            }
            #expect(try await place.browser(third.newSecret).map(\.accountID.rawValue) == ["bert", "anna"])
        }
    }

    @Test("A-60: a planted secret makes a browser of its own, and never reaches the session")
    func plantedSecret() async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            let planted = RandomToken.make()
            let signIn = try await place.signIn("anna", browser: planted)
            #expect(signIn.newSecret != planted)
            #expect(try await place.browser(planted).isEmpty)
        }
    }

    @Test(
        "The same account keeps its session, its sids and its ledger; auth_time is new", arguments: DeliveryEngine.all)
    func reauthentication(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            try await place.addClient("one")
            let first = try await place.signIn()
            let sid = try await place.join(first.session.id, "one")
            place.clock.advance(by: .seconds(600))
            let again = try await place.signIn("anna", browser: first.newSecret)
            #expect(first.isNew && !again.isNew)
            #expect(again.session.id == first.session.id)
            #expect(again.session.authTime == first.session.authTime + .seconds(600))
            #expect(again.session.expiresAt == first.session.expiresAt + .seconds(600))
            #expect(try await place.join(again.session.id, "one") == sid)
            #expect(try await place.join(again.session.id, "one") != nil)
        }
    }

    @Test("An ended session is not revived by signing in again: there is a new one, with new sids")
    func newSessionAfterLogout() async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            try await place.addClient("one")
            let first = try await place.signIn()
            let sid = try await place.join(first.session.id, "one")
            try await place.end(.session(first.session.id))
            let second = try await place.signIn("anna", browser: first.newSecret)
            #expect(second.isNew)
            #expect(second.session.id != first.session.id)
            #expect(try await place.join(second.session.id, "one") != sid)
            #expect(try await place.join(first.session.id, "one") == nil)
        }
    }

    @Test(
        "A-85: an account that is not active cannot sign in, and its sessions are not alive",
        arguments: ["disabled", "deleted"]
    )
    func inactiveAccount(_ status: String) async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            let signIn = try await place.signIn()
            try await place.database.write { db in
                try db.execute("UPDATE accounts SET status = \(status) WHERE account_id = 'anna'")
            }
            #expect(try await !place.isAlive(signIn.session.id))
            await #expect(throws: AccountNotActive.self) { try await place.signIn() }
            await #expect(throws: AccountNotActive.self) { try await place.signIn("nobody") }
        }
    }

    @Test(
        "Activity moves the idle end, at most once a minute, and never beyond the absolute one",
        arguments: DeliveryEngine.all)
    func activity(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            let id = try await place.signIn().session.id
            let start = place.clock.now
            place.clock.advance(by: .seconds(59))
            #expect(try await place.touched(id).lastActiveAt == start)
            place.clock.advance(by: .seconds(1))
            let session = try await place.touched(id)
            #expect(session.lastActiveAt == place.clock.now)
            #expect(session.deadline == place.clock.now + .seconds(12 * 3600))
            // Eleven hours at a time, until the absolute end is nearer than the idle one.
            while place.clock.now + .seconds(11 * 3600) < session.expiresAt {
                place.clock.advance(by: .seconds(11 * 3600))
                #expect(try await place.touched(id).lastActiveAt == place.clock.now)
            }
            #expect(try await place.touched(id).deadline == session.expiresAt)
            place.clock.advance(by: session.expiresAt - place.clock.now)
            #expect(try await !place.isAlive(id))
        }
    }

    @Test("A session that was idle for twelve hours is dead to the millisecond, whoever has come by to say so")
    func idle() async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            let id = try await place.signIn().session.id
            place.clock.advance(by: .seconds(12 * 3600) - .milliseconds(1))
            #expect(try await place.isAlive(id))
            place.clock.advance(by: .milliseconds(1))
            #expect(try await !place.isAlive(id))
            // A touch that comes too late revives nothing.
            #expect(try await place.touched(id).lastActiveAt == place.clock.now - .seconds(12 * 3600))
            #expect(try await !place.isAlive(id))
        }
    }

    @Test("G12: one sid per session and application; two browsers of one person have different ones")
    func sids() async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            try await place.addClient("one")
            try await place.addClient("two")
            let a = try await place.signIn().session.id
            let b = try await place.signIn().session.id
            var sids: [SID?] = []
            for session in [a, b] {
                for client in ["one", "two"] { sids.append(try await place.join(session, client)) }
            }
            #expect(Set(sids.compactMap { $0 }).count == 4)
            #expect(sids.compactMap { $0?.rawValue.utf8.count } == [22, 22, 22, 22])
            #expect(!sids.contains { $0?.rawValue == a.rawValue })
        }
    }

    @Test("What browsers say about themselves is bounded and printable")
    func bounded() {
        #expect(SessionRules.bounded("a\u{0}b\nc\u{7f}d") == "abcd")
        #expect(SessionRules.bounded(String(repeating: "x", count: 5000)).count == 256)
    }

    @Test(
        "A-61, A-62: the cookie is HttpOnly, Lax, host-only where https, and removed with the attributes it was set with",
        arguments: [
            ("https://op.example", "__Host-exeunt-s-", "; Path=/; Secure; HttpOnly; SameSite=Lax"),
            ("http://localhost:8080", "exeunt-s-", "; Path=/; HttpOnly; SameSite=Lax"),
        ]
    )
    func cookie(_ issuer: String, _ prefix: String, _ attributes: String) throws {
        let issuer = try Issuer(issuer)
        let cookie = UserAgentCookie(issuer: issuer, lifetime: .seconds(3600))
        #expect(cookie.name == prefix + issuer.cookieHash)
        #expect(cookie.set(secret: "s", persistent: false) == "\(cookie.name)=s\(attributes)")
        #expect(cookie.set(secret: "s", persistent: true) == "\(cookie.name)=s\(attributes); Max-Age=3600")
        #expect(cookie.expire() == "\(cookie.name)=\(attributes); Max-Age=0")
    }

    @Test("Keys grow with time, are 32 digits long and never the same")
    func orderedIdentifiers() {
        let now = Timestamp(seconds: 1_790_000_000)
        let many = (0..<1000).map { _ in OrderedIdentifier.make(at: now) }
        #expect(Set(many).count == 1000)
        #expect(many.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy(\.isHexDigit) })
        #expect(OrderedIdentifier.make(at: now) < OrderedIdentifier.make(at: now + .milliseconds(1)))
    }
}

extension DeliveryPlace {
    func browser(_ secret: String) async throws -> [Session] {
        try await database.read { [sessions, now = clock.now] db in
            try sessions.browserSessions(secret: secret, in: db, now: now)
        }
    }

    func touched(_ id: SessionID) async throws -> Session {
        let found = try await database.write { [sessions, now = clock.now] db in
            try sessions.touch(id, in: db, now: now)
            return try sessions.find(id, in: db)
        }
        return try #require(found)
    }
}
