import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

/// Each race ends with the question what is accepted of everything that was ever given out.
@Suite("Tokens racing with logout", .serialized)
struct TokenRaceTests {
    @Test("A-75: a redemption held while its session ends", arguments: TokenEngine.allTested, TokenStep.allCases)
    func redemptionHeld(_ engine: TokenEngine, _ step: TokenStep) async throws {
        let barrier = Barrier(at: step)
        try await engine.run(pause: { await barrier.pause($0) }) { place in
            let session = try await place.signIn().session
            let code = try await place.code(session)
            var logout: LogoutID?
            let result = try await barrier.around({ try await place.redeem(code) }) {
                logout = try await place.end(.session(session.id)).logoutID
            }
            let id = try #require(logout)
            switch step {
            case .loaded:
                #expect(throws: TokenRefusal.sessionEnded) { try result.get() }
                #expect(try await place.deliveries(of: id).isEmpty)
            case .committed:
                let given = try TokenPlace.Given(try result.get())
                #expect(try await !place.isAlive(given.access))
                #expect(try await place.deliveries(of: id) == [ClientID("one")])
            }
            try await place.expectAllDead()
        }
    }

    @Test("A-72: a refresh held while its session ends", arguments: TokenEngine.allTested, TokenStep.allCases)
    func refreshHeld(_ engine: TokenEngine, _ step: TokenStep) async throws {
        let barrier = Barrier(at: step)
        try await engine.run(pause: { await barrier.pause($0) }) { place in
            let session = try await place.signIn().session
            let refresh = try #require(try await place.tokens(session).refresh)
            let result = try await barrier.around({ try await place.refresh(refresh) }) {
                try await place.end(.session(session.id))
            }
            switch step {
            case .loaded: #expect(throws: TokenRefusal.grantEnded) { try result.get() }
            case .committed: #expect(throws: Never.self) { try result.get() }
            }
            try await place.expectAllDead()
        }
    }

    @Test("A-72: a refresh held while its client revokes", arguments: TokenEngine.allTested, [false, true])
    func refreshRevoked(_ engine: TokenEngine, _ offline: Bool) async throws {
        for step in TokenStep.allCases {
            let barrier = Barrier(at: step)
            try await engine.run(pause: { await barrier.pause($0) }) { place in
                let session = try await place.signIn().session
                let refresh = try #require(try await place.tokens(session, offline: offline).refresh)
                let result = try await barrier.around({ try await place.refresh(refresh) }) {
                    try await place.revoke(refresh)
                }
                if step == .loaded { #expect(throws: TokenRefusal.grantEnded) { try result.get() } }
                try await place.expectAllDead()
            }
        }
    }

    @Test("A-74: a redemption held while everyone is signed out of the client", arguments: TokenEngine.allTested)
    func clientHeld(_ engine: TokenEngine) async throws {
        let barrier = Barrier(at: .loaded)
        try await engine.run(pause: { await barrier.pause($0) }) { place in
            let session = try await place.signIn().session
            _ = try await place.tokens(session)
            let code = try await place.code(session, offline: true)
            let result = try await barrier.around({ try await place.redeem(code) }) {
                try await place.end(.client(ClientID("one")), cause: .operatorEnded, offline: true)
            }
            #expect(throws: TokenRefusal.sessionEnded) { try result.get() }
            try await place.expectAllDead()
        }
    }

    @Test("A-73: one refresh token used twice at once", arguments: TokenEngine.allTested)
    func rotation(_ engine: TokenEngine) async throws {
        try await engine.run { place in
            let session = try await place.signIn().session
            for _ in 0..<50 {
                let refresh = try #require(try await place.tokens(session).refresh)
                async let first = place.attempt { try await place.refresh(refresh) }
                async let second = place.attempt { try await place.refresh(refresh) }
                let results = try await [first, second]
                #expect(results.count(where: { $0 == nil }) == 1)
                #expect(results.compactMap { $0 } == [.refreshTokenJustRotated])
            }
            // Later it is a replay, and takes what the winner got.
            place.clock.advance(by: .seconds(11))
            let refresh = try #require(place.recorder.all.last?.refresh)
            let next = try TokenPlace.Given(try await place.refresh(refresh))
            place.clock.advance(by: .seconds(11))
            #expect(try await place.attempt { try await place.refresh(refresh) } == .refreshTokenReplayed)
            #expect(try await !place.isAlive(next.access))
        }
    }

    @Test(
        "B28: one code used twice at once gives at most one family, and nothing that lives",
        arguments: TokenEngine.allTested)
    func codeTwice(_ engine: TokenEngine) async throws {
        try await engine.run { place in
            let session = try await place.signIn().session
            for _ in 0..<50 {
                let code = try await place.code(session)
                async let first = place.attempt { try await place.redeem(code) }
                async let second = place.attempt { try await place.redeem(code) }
                let results = try await [first, second]
                #expect(results.contains(.codeReused))
            }
            try await place.expectAllDead()
        }
    }

    @Test("A-72, A-75: refreshes and redemptions let loose against logouts", arguments: TokenEngine.concurrent)
    func loose(_ engine: TokenEngine) async throws {
        try await engine.run { place in
            for round in 0..<500 {
                let session = try await place.signIn(round.isMultiple(of: 2) ? "anna" : "bert").session
                let refresh = try #require(try await place.tokens(session).refresh)
                let code = try await place.code(session, for: "two")
                async let refreshed = place.attempt { try await place.refresh(refresh) }
                async let redeemed = place.attempt { try await place.redeem(code, as: "two") }
                async let ended = place.end(.session(session.id))
                let (first, second, outcome) = try await (refreshed, redeemed, ended)
                #expect([nil, .grantEnded].contains(first))
                #expect([nil, .sessionEnded].contains(second))
                let id = try #require(outcome.logoutID)
                // Whoever got in is told.
                let told = try await place.deliveries(of: id)
                #expect(told == (second == nil ? [ClientID("one"), ClientID("two")] : [ClientID("one")]))
            }
            try await place.expectAllDead()
        }
    }

    @Test("A-76: an application that joins while the session ends", arguments: TokenEngine.concurrent)
    func joining(_ engine: TokenEngine) async throws {
        try await engine.run { place in
            let found = try await place.parts.database.read { [clients = place.parts.clients] db in
                try clients.find(ClientID("one"), in: db)
            }
            let client = try #require(found)
            for _ in 0..<200 {
                let session = try await place.signIn().session
                let now = place.clock.now
                async let joined = place.parts.database.write { [sessions = place.parts.sessions] db in
                    try sessions.join(session.id, client: client, subject: Subject("anna"), in: db, now: now)
                }
                async let ended = place.end(.session(session.id))
                let (sid, outcome) = try await (joined, ended)
                let id = try #require(outcome.logoutID)
                #expect(try await place.deliveries(of: id) == (sid == nil ? [] : [client.id]))
                let late = try await place.parts.database.write { [sessions = place.parts.sessions] db in
                    try sessions.join(session.id, client: client, subject: Subject("anna"), in: db, now: now)
                }
                #expect(late == nil)
            }
        }
    }
}

extension TokenEngine {
    static let allTested: [TokenEngine] = [.memory] + concurrent
}

extension TokenPlace {
    /// As ``refusal(_:)``, for what gives an answer.
    func attempt(_ body: @Sendable () async throws -> JSONValue) async throws -> TokenRefusal? {
        try await refusal { _ = try await body() }
    }

    /// The applications that are told of a logout by back-channel.
    func deliveries(of logout: LogoutID) async throws -> [ClientID] {
        try await parts.database.read { db in
            try db.rows("SELECT client_id FROM deliveries WHERE logout_id = \(logout) ORDER BY client_id")
                .map { try $0.value("client_id") }
        }
    }

    /// Nothing of all that was ever given out is accepted anywhere.
    func expectAllDead() async throws {
        for given in recorder.all {
            #expect(try await !isAlive(given.access, of: given.client))
            guard let refresh = given.refresh else { continue }
            #expect(try await introspect(refresh, as: given.client) == ["active": false])
            let refusal = try await refusal { _ = try await self.refresh(refresh, as: given.client) }
            #expect(refusal == .grantEnded)
        }
    }
}
