import ExeuntProvider
import ExeuntTesting
import HTTPTypes
import OpenIDTypes
import SQLStore
import Testing

@Suite("Telling applications", .timeLimit(.minutes(5)))
struct LogoutDispatcherTests {
    @Test("BC-OP-16, BC-OP-17: one POST, one form field, no cookies; 200 confirms", arguments: DeliveryEngine.all)
    func request(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await FakeRelyingParty.run { party in
                let outcome = try await place.logout(["one": party.backChannel + "?keep=this"])
                #expect(try await place.dispatcher.drainOnce() == 1)
                let received = party.received
                #expect(received.count == 1)
                let request = try #require(received.first)
                #expect(request.method == .post)
                #expect(request.headers[.contentType] == "application/x-www-form-urlencoded")
                #expect(request.headers[.cookie] == nil && request.headers[.authorization] == nil)
                #expect(request.body.hasPrefix("logout_token=") && !request.body.contains("&"))
                // BC-OP-3: the registered query is kept.
                #expect(request.query == ["keep": "this"])
                let claims = try #require(request.logoutToken)
                let row = try #require(try await place.list(outcome).first)
                #expect(claims["sid"]?.string == row.sid.rawValue)
                #expect(claims["sub"]?.string == "sub-at-one")
                #expect(claims["aud"]?.string == "one")
                #expect(row.state == .delivered && row.attempts == 1 && row.lastStatus == 200)
                #expect(try await place.attempts(of: row.id).map(\.outcome) == ["delivered"])
                #expect(try await place.receipt(outcome).applications.map(\.state) == [.confirmed])
                #expect(try await place.dispatcher.drainOnce() == 0)
            }
        }
    }

    @Test("A-34: each application hears the subject and the sid that it knows")
    func pairwise() async throws {
        try await DeliveryEngine.memory.run { place in
            try await FakeRelyingParty.run { party in
                try await place.addAccount("anna")
                let id = try await place.signIn().session.id
                var expected: [String: [String]] = [:]
                for client in ["one", "two"] {
                    try await place.addClient(client, ["backchannel_logout_uri": .string(party.backChannel)])
                    let sid = try await place.join(id, client, subject: "pairwise-\(client)")
                    expected[client] = ["pairwise-\(client)", try #require(sid).rawValue]
                }
                try await place.end(.session(id))
                try await place.dispatcher.drainOnce()
                let heard = party.logoutTokens.map { token in
                    (token["aud"]?.string ?? "", [token["sub"]?.string ?? "", token["sid"]?.string ?? ""])
                }
                #expect(Dictionary(uniqueKeysWithValues: heard) == expected)
            }
        }
    }

    @Test("Everywhere sends one token for each sid")
    func everywhere() async throws {
        try await DeliveryEngine.memory.run { place in
            try await FakeRelyingParty.run { party in
                try await place.addAccount("anna")
                try await place.addClient("one", ["backchannel_logout_uri": .string(party.backChannel)])
                for _ in 0..<3 { try await place.join(place.signIn().session.id, "one") }
                try await place.end(.account(AccountID("anna")))
                #expect(try await place.dispatcher.drainOnce() == 3)
                #expect(Set(party.logoutTokens.compactMap { $0["sid"]?.string }).count == 3)
            }
        }
    }

    @Test("A-31, A-32: every attempt has a token of its own, made at its time", arguments: DeliveryEngine.all)
    func freshTokens(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await FakeRelyingParty.run { party in
                party.behave(.first(2, .answer(status: 503), then: .answer(status: 200)))
                let outcome = try await place.logout(["one": party.backChannel])
                for _ in 0..<3 {
                    #expect(try await place.dispatcher.drainOnce() == 1)
                    #expect(try await place.dispatcher.drainOnce() == 0)
                    place.clock.advance(by: .seconds(300))
                }
                let tokens = party.logoutTokens
                #expect(tokens.count == 3)
                #expect(Set(tokens.compactMap { $0["jti"]?.string }).count == 3)
                let issued = tokens.compactMap { $0["iat"]?.int }
                #expect(issued == [0, 300, 600].map { issued[0] + $0 })
                #expect(tokens.allSatisfy { ($0["exp"]?.int ?? 0) - ($0["iat"]?.int ?? 0) == 120 })
                let row = try #require(try await place.list(outcome).first)
                #expect(row.state == .delivered && row.attempts == 3 && row.lastError == nil)
                let attempts = try await place.attempts(of: row.id)
                #expect(attempts.map(\.number) == [1, 2, 3])
                #expect(attempts.map(\.outcome) == ["failed", "failed", "delivered"])
                #expect(attempts.map(\.status) == [503, 503, 200])
            }
        }
    }

    @Test(
        "A-38, A-42, BC-OP-17: what the zoo of receivers answers, and what the receipt says of it",
        arguments: [
            (200, "", .confirmed, nil), (204, "", .confirmed, nil),
            (202, "", .pending, "answered 202; only 200 and 204 confirm a logout"),
            (302, "", .pending, "answered 302; redirects are not followed"),
            (307, "", .pending, "answered 307; redirects are not followed"),
            (308, "", .pending, "answered 308; redirects are not followed"),
            (400, #"{"error":"invalid_request"}"#, .refused, "answered 400 (invalid_request)"),
            (404, "", .pending, "answered 404"), (500, "", .pending, "answered 500"),
            (501, "", .pending, "answered 501"),
        ] as [(Int, String, ReceiptState, String?)]
    )
    func zoo(_ status: Int, _ body: String, _ state: ReceiptState, _ error: String?) async throws {
        try await DeliveryEngine.memory.run { place in
            try await FakeRelyingParty.run { party in
                let headers = (300..<400).contains(status) ? ["Location": party.origin + "/elsewhere"] : [:]
                party.behave(.answer(status: status, headers: headers, body: body))
                let outcome = try await place.logout(["one": party.backChannel])
                try await place.dispatcher.drainOnce()
                let application = try await place.receipt(outcome).applications.first
                #expect(application?.state == state)
                #expect(application?.lastError == error)
                #expect(party.received("/elsewhere").isEmpty)
                #expect(party.received.count == 1)
                // 400 is final; the others come back when their time has come.
                place.clock.advance(by: .seconds(2))
                #expect(try await place.dispatcher.drainOnce() == (state == .pending ? 1 : 0))
            }
        }
    }

    @Test(
        "A-36, A-42: addresses that are refused, unreachable or no URL at all are failures with a reason",
        arguments: [
            ("http://127.0.0.1:60999/b", "no connection"), ("https://10.0.0.1/b", "not sent: 10.0.0.1 is a"),
            ("http://169.254.169.254/latest", "not sent: 169.254.169.254 is a cloud metadata address"),
            ("https://no-such-host.invalid/b", "the host name could not be resolved"),
            ("nonsense", "not sent: not an absolute"),
        ]
    )
    func unreachable(_ address: String, _ reason: String) async throws {
        try await DeliveryEngine.memory.run { place in
            let outcome = try await place.logout(["one": address])
            try await place.dispatcher.drainOnce()
            let row = try #require(try await place.list(outcome).first)
            #expect(row.state == .pending && row.attempts == 1)
            #expect(row.lastError?.hasPrefix(reason) == true, "\(row.lastError ?? "-")")
        }
    }

    @Test("A-41: an application that hangs keeps nobody waiting, and is tried again", arguments: DeliveryEngine.shared)
    func hanging(_ engine: DeliveryEngine) async throws {
        var settings = DeliverySettings()
        settings.attemptDeadline = .milliseconds(700)
        try await engine.run(settings: settings) { place in
            try await FakeRelyingParty.run { slow in
                try await FakeRelyingParty.run { party in
                    slow.behave(.hang)
                    let addresses = Dictionary(uniqueKeysWithValues: (0..<20).map { ("app-\($0)", party.backChannel) })
                    let outcome = try await place.logout(addresses.merging(["slow": slow.backChannel]) { a, _ in a })
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await place.dispatcher.drainOnce() }
                        await slow.waitFor(1)
                        await party.waitFor(20)
                        try await group.waitForAll()
                    }
                    let rows = try await place.list(outcome)
                    #expect(rows.filter { $0.state == .delivered }.count == 20)
                    let late = try #require(rows.first { $0.client.rawValue == "slow" })
                    #expect(late.state == .pending && late.lastError == "no answer came in time")
                }
            }
        }
    }

    @Test(
        "BC-OP-18: after the horizon a delivery is abandoned, visibly, and can be sent again by hand",
        arguments: DeliveryEngine.all)
    func horizon(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await FakeRelyingParty.run { party in
                party.behave(.answer(status: 500))
                let outcome = try await place.logout(["one": party.backChannel])
                try await place.dispatcher.drainOnce()
                place.clock.advance(by: .seconds(72 * 3600))
                try await place.dispatcher.drainOnce()
                let row = try #require(try await place.list(outcome).first)
                #expect(row.state == .abandoned && row.attempts == 2 && row.lastError == "answered 500")
                #expect(row.settledAt == place.clock.now)
                #expect(try await place.receipt(outcome).applications.map(\.state) == [.abandoned])
                #expect(try await place.all(.abandoned).map(\.id) == [row.id])
                place.clock.advance(by: .seconds(3600))
                #expect(try await place.dispatcher.drainOnce() == 0)
                party.behave(.answer(status: 200))
                #expect(try await place.resend(row.id))
                #expect(try await place.dispatcher.drainOnce() == 1)
                #expect(try await place.list(outcome).map(\.state) == [.delivered])
                #expect(try await place.attempts(of: row.id).map(\.number) == [1, 2, 3])
            }
        }
    }

    @Test("Sending again: any delivery by an application's server, at the address that it has today")
    func resending() async throws {
        try await DeliveryEngine.memory.run { place in
            try await FakeRelyingParty.run { party in
                party.behave(.answer(status: 400))
                try await place.addAccount("anna")
                let id = try await place.signIn().session.id
                for client in ["one", "two"] {
                    try await place.addClient(client, ["backchannel_logout_uri": "http://127.0.0.1:9/b"])
                    try await place.join(id, client)
                }
                try await place.addClient("silent")
                try await place.join(id, "silent")
                let outcome = try await place.end(.session(id))
                try await place.dispatcher.drainOnce()
                for client in ["one", "two"] {
                    try await place.addClient(client, ["backchannel_logout_uri": .string(party.backChannel)])
                }
                #expect(try await place.resend(client: "one") == 1)
                try await place.dispatcher.drainOnce()
                #expect(try await place.all(.refused).map(\.client.rawValue) == ["one"])
                party.behave(.answer(status: 200))
                #expect(try await place.resend(client: "one") == 1)
                #expect(try await place.dispatcher.drainOnce() == 1)
                let rows = try await place.list(outcome)
                #expect(try #require(rows.first { $0.client.rawValue == "one" }).state == .delivered)
                #expect(try await place.resend(try #require(rows.first { $0.client.rawValue == "one" }).id))
                #expect(try await place.dispatcher.drainOnce() == 1)
                #expect(try await !place.resend(try #require(rows.first { $0.client.rawValue == "silent" }).id))
                #expect(try await !place.resend(DeliveryID("unknown")))
                #expect(try await place.resend(client: "unknown") == 0)
            }
        }
    }
}

extension DeliveryPlace {
    func addAccountOnce(_ name: String) async throws {
        let known = try await database.read { db in try db.row("SELECT 1 AS n FROM accounts WHERE account_id = \(name)")
        }
        if known == nil { try await addAccount(name) }
    }

    func resend(_ id: DeliveryID) async throws -> Bool {
        try await database.write { [deliveries, now = clock.now] db in try deliveries.resend(id, in: db, now: now) }
    }

    func resend(client: String) async throws -> Int {
        try await database.write { [deliveries, now = clock.now] db in
            try deliveries.resend(client: ClientID(client), in: db, now: now)
        }
    }

    /// Signs Anna in at these applications, and out again.
    func logout(
        _ addresses: [String: String], scope: TerminationScope? = nil
    ) async throws -> TerminationOutcome {
        try await addAccountOnce("anna")
        let id = try await signIn().session.id
        for (client, address) in addresses {
            try await addClient(client, ["backchannel_logout_uri": .string(address)])
            try await join(id, client)
        }
        return try await end(scope ?? .session(id))
    }
}
