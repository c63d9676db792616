import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("The transaction that ends sessions", .timeLimit(.minutes(5)))
struct SessionTerminationTests {
    static let backChannel: JSONObject = ["backchannel_logout_uri": "https://one.example/backchannel"]

    @Test(
        "BC-OP-5, A-44: of fifty callers at once one wins, and there is one set of deliveries",
        arguments: DeliveryEngine.all)
    func oneGate(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            for client in ["one", "two", "three"] { try await place.addClient(client, Self.backChannel) }
            let id = try await place.signIn().session.id
            for client in ["one", "two", "three"] { try await place.join(id, client) }
            let outcomes = try await withThrowingTaskGroup(of: TerminationOutcome.self) { group in
                for number in 0..<50 {
                    let scopes: [TerminationScope] = [
                        .session(id), .sessions([id]), .account(AccountID("anna")), .everyone,
                    ]
                    group.addTask { try await place.end(scopes[number % 4]) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let winners = outcomes.filter { $0.logoutID != nil }
            #expect(winners.count == 1)
            #expect(winners.first?.sessionsEnded == 1)
            #expect(winners.first?.deliveries == 3)
            #expect(outcomes.filter { $0 == .nothing }.count == 49)
            #expect(try await place.count("deliveries") == 3)
            #expect(try await place.count("logouts") == 1)
            #expect(try await place.count("audit") == 1)
        }
    }

    @Test(
        "A-43: a failure after the enqueueing leaves nothing behind, and the session alive",
        arguments: DeliveryEngine.all)
    func allOrNothing(_ engine: DeliveryEngine) async throws {
        struct Fault: Error {}
        try await engine.run { place in
            try await place.addAccount("anna")
            try await place.addClient("one", Self.backChannel)
            let id = try await place.signIn().session.id
            try await place.join(id, "one")
            await #expect(throws: Fault.self) {
                try await place.database.write { [termination = place.termination, now = place.clock.now] db in
                    let request = TerminationRequest(scope: .session(id), cause: .endSession, actor: "test")
                    #expect(try termination.end(request, in: db, now: now).logoutID != nil)
                    throw Fault()
                }
            }
            #expect(try await place.isAlive(id))
            #expect(try await place.count("deliveries") == 0)
            #expect(try await place.count("logouts") == 0)
            #expect(try await place.count("audit") == 0)
            #expect(try await place.end(.session(id)).deliveries == 1)
        }
    }

    @Test(
        "A-71, A-85, BC-OP-19: which cause ends offline access",
        arguments: TerminationCause.allCases, [false, true]
    )
    func offlineAccess(_ cause: TerminationCause, _ offline: Bool) async throws {
        let kills: [TerminationCause: Bool] = [
            .endSession: false, .operatorEnded: false, .idleExpiry: false, .absoluteExpiry: false,
            .passwordChanged: true, .accountDisabled: true, .accountDeleted: true, .clientRemoved: true, .restore: true,
        ]
        let expected = kills[cause] == true || offline
        #expect(kills[cause] != nil)
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            try await place.addAccount("bert")
            for client in ["one", "two"] { try await place.addClient(client, Self.backChannel) }
            let anna = try await place.signIn("anna").session
            let bert = try await place.signIn("bert").session
            let bound = try await place.grant(anna, "one", .session)
            let kept = try await place.grant(anna, "one", .offline)
            let other = try await place.grant(bert, "one", .offline)
            let elsewhere = try await place.grant(anna, "two", .offline)
            if cause.isExpiry { place.clock.advance(by: anna.deadline - place.clock.now) }
            let outcome = try await place.end(Self.scope(of: cause, anna.id), cause: cause, offline: offline)
            let isWide = cause == .restore
            #expect(try await !place.isAlive(bound))
            #expect(try await place.isAlive(kept) != expected)
            #expect(try await place.isAlive(other) != (expected && (isWide || cause == .clientRemoved)))
            // an ending of one application leaves the person's others alone.
            #expect(try await place.isAlive(elsewhere) != (expected && cause != .clientRemoved))
            let application = try await place.list(outcome).first { $0.client.rawValue == "one" }
            #expect(application?.keepsOffline == !expected)
        }
    }

    static func scope(of cause: TerminationCause, _ session: SessionID) -> TerminationScope {
        switch cause {
        case .endSession, .operatorEnded, .idleExpiry, .absoluteExpiry: .session(session)
        case .passwordChanged, .accountDisabled, .accountDeleted: .account(AccountID("anna"))
        case .clientRemoved: .client(ClientID("one"))
        case .restore: .everyone
        }
    }

    @Test("A-86: another account's sessions, in this browser or elsewhere, live on", arguments: DeliveryEngine.all)
    func otherAccounts(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            try await place.addAccount("bert")
            try await place.addClient("one", Self.backChannel)
            let anna = try await place.signIn("anna")
            let bert = try await place.signIn("bert", browser: anna.newSecret)
            let far = try await place.signIn("anna")
            for session in [anna, bert, far] { try await place.join(session.session.id, "one") }
            #expect(try await place.end(.session(anna.session.id)).deliveries == 1)
            #expect(try await place.isAlive(bert.session.id))
            #expect(try await place.isAlive(far.session.id))
            #expect(try await place.end(.account(AccountID("anna"))).sessionsEnded == 1)
            #expect(try await place.isAlive(bert.session.id))
        }
    }

    @Test(
        "A-84: an account's cut-off concerns what began before it, at the same millisecond or not",
        arguments: DeliveryEngine.all)
    func cutoff(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            try await place.addClient("one", Self.backChannel)
            let before = try await place.signIn().session
            try await place.end(.account(AccountID("anna")), cause: .passwordChanged)
            let after = try await place.signIn().session
            let offline = try await place.grant(after, "one", .offline)
            #expect(try await !place.isAlive(before.id))
            #expect(try await place.isAlive(after.id))
            #expect(try await place.isAlive(offline))
            try await place.end(.everyone)
            #expect(try await !place.isAlive(after.id))
            #expect(try await place.isAlive(offline))
            #expect(try await place.isAlive(place.signIn().session.id))
        }
    }

    @Test(
        "A logout of one application leaves the sessions and every other application alone",
        arguments: DeliveryEngine.all)
    func oneApplication(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            for client in ["one", "two"] { try await place.addClient(client, Self.backChannel) }
            let session = try await place.signIn().session
            let old = try #require(try await place.join(session.id, "one"))
            let grant = try await place.grant(session, "one", .session)
            let offline = try await place.grant(session, "one", .offline)
            let other = try await place.grant(session, "two", .session)
            let outcome = try await place.end(.client(ClientID("one")), cause: .operatorEnded)
            #expect(outcome.sessionsEnded == 1)
            #expect(try await place.list(outcome).map(\.sid) == [old])
            #expect(try await place.isAlive(session.id))
            #expect(try await !place.isAlive(grant))
            #expect(try await place.isAlive(offline))
            #expect(try await place.isAlive(other))
            #expect(try await place.end(.client(ClientID("one"))) == .nothing)
            // Signing in there again gives a sid that was never told as ended.
            let new = try #require(try await place.join(session.id, "one"))
            #expect(new != old)
            #expect(try await place.end(.session(session.id)).deliveries == 2)
            // What ended long ago is not told again.
            #expect(try await place.end(.client(ClientID("one"))) == .nothing)
        }
    }

    @Test("A-47: only applications of the ledger are told; those without an address are listed as such")
    func ledgerOnly() async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            try await place.addClient(
                "both",
                ["backchannel_logout_uri": "https://a.example/b", "frontchannel_logout_uri": "https://a.example/f"])
            try await place.addClient("front", ["frontchannel_logout_uri": "https://b.example/f"])
            try await place.addClient("silent")
            try await place.addClient("stranger", Self.backChannel)
            let id = try await place.signIn().session.id
            for client in ["both", "front", "silent"] { try await place.join(id, client) }
            let outcome = try await place.end(.session(id), browser: [1, 2, 3])
            let rows = try await place.list(outcome).map {
                [$0.client.rawValue, $0.channel.rawValue, $0.state.rawValue]
            }
            #expect(
                Set(rows) == [
                    ["both", "backchannel", "pending"], ["both", "frontchannel", "awaiting_browser"],
                    ["front", "frontchannel", "awaiting_browser"], ["silent", "none", "no_address"],
                ]
            )
        }
    }

    @Test("Frames are shown once, only where a browser is there, and count as asked, never as confirmed")
    func frames() async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            try await place.addClient("front", ["frontchannel_logout_uri": "https://b.example/f"])
            for browser in [nil, [1, 2, 3] as [UInt8]] {
                let id = try await place.signIn().session.id
                let sid = try #require(try await place.join(id, "front"))
                let logout = try await place.end(.session(id), browser: browser)
                let expected = browser == nil ? [] : [FrontFrame("https://b.example/f", sid)]
                #expect(try await place.takeFrames(logout) == expected)
                #expect(try await place.takeFrames(logout).isEmpty)
                let state = try await place.receipt(logout).applications.map(\.state)
                #expect(state == [browser == nil ? .notAskedNoBrowser : .askedThroughBrowser])
            }
        }
    }

    @Test("A-48: the row holds what sending needs, although the application is changed or removed in between")
    func snapshot() async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            try await place.addClient(
                "one",
                ["backchannel_logout_uri": "https://old.example/b", "exeunt_logout_token_type": "JWT"]
            )
            let id = try await place.signIn().session.id
            try await place.join(id, "one")
            let outcome = try await place.end(.session(id))
            try await place.addClient(
                "one", ["client_name": "Renamed", "backchannel_logout_uri": "https://new.example/b"])
            try await place.database.write { db in try db.execute("UPDATE clients SET status = 'removed'") }
            let row = try #require(try await place.list(outcome).first)
            #expect(row.uri == "https://old.example/b")
            #expect(row.clientName == "Application one")
            let claimed = try await place.claimAll()
            #expect(claimed.map(\.typ) == ["JWT"])
            #expect(claimed.map(\.algorithm) == [.es256])
        }
    }

    @Test("A-48: a client that is removed is told last, in the transaction that removes it")
    func removedClient() async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            try await place.addClient("one", Self.backChannel)
            let id = try await place.signIn().session.id
            try await place.join(id, "one")
            try await place.database.write { db in
                try db.execute("UPDATE clients SET status = 'removed', revision = revision + 1")
            }
            let outcome = try await place.end(.session(id))
            #expect(try await place.list(outcome).map(\.state) == [.pending])
        }
    }

    @Test("G5: an application that does not want to hear of expiry is not told, and the receipt says so")
    func expirySwitchedOff() async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            try await place.addClient("one", Self.backChannel.merging(["exeunt_notify_on_expiry": false]))
            for cause in [TerminationCause.idleExpiry, .endSession] {
                let session = try await place.signIn().session
                try await place.join(session.id, "one")
                if cause.isExpiry { place.clock.advance(by: session.deadline - place.clock.now) }
                let outcome = try await place.end(.session(session.id), cause: cause)
                let expected: ReceiptState = cause.isExpiry ? .switchedOff : .pending
                #expect(try await place.receipt(outcome).applications.map(\.state) == [expected])
            }
        }
    }
}

struct FrontFrame: Hashable {
    let uri: String
    let sid: SID
    init(_ uri: String, _ sid: SID) {
        self.uri = uri
        self.sid = sid
    }
}

extension DeliveryPlace {
    func takeFrames(_ outcome: TerminationOutcome) async throws -> [FrontFrame] {
        let id = try #require(outcome.logoutID)
        return try await database.write { [deliveries, now = clock.now] db in
            try deliveries.takeFrames(of: id, in: db, now: now).map { FrontFrame($0.uri, $0.sid) }
        }
    }

    func claimAll(owner: String = "test", lease: Duration = .seconds(30)) async throws -> [LogoutDeliveryWork] {
        try await database.write { [deliveries, now = clock.now] db in
            try deliveries.claim(limit: 100_000, owner: owner, until: now + lease, in: db, now: now)
        }
    }
}
