import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Refreshing")
struct RefreshTokenGrantTests {
    @Test("B37, CO-8, A-69: the ID token of a refresh keeps iss, sub, aud, sid and auth_time; iat is new")
    func idToken() async throws {
        try await TokenEngine.memory.run { place in
            let first = try await place.signIn()
            let given = try await place.tokens(first.session)
            place.clock.advance(by: .seconds(90))
            _ = try await place.signIn(browser: first.newSecret)
            let answer = try await place.refresh(try #require(given.refresh))
            let next = try TokenPlace.Given(answer)
            let (old, new) = (try #require(given.idToken), try #require(next.idToken))
            for name in ["iss", "sub", "aud", "sid", "auth_time", "amr"] { #expect(old[name] == new[name], "\(name)") }
            #expect(new["auth_time"]?.int == first.session.authTime.seconds)
            #expect(new["nonce"] == nil)
            #expect(new["iat"]?.int == place.clock.now.seconds)
            #expect(answer["token_type"] == "Bearer" && answer["expires_in"] == 600)
            #expect(next.refresh != nil && next.refresh != given.refresh)
            #expect(try await place.isAlive(next.access))
        }
    }

    @Test("B37, CO-15: another client's refresh token is unknown, and comes to no harm")
    func foreign() async throws {
        try await TokenEngine.memory.run { place in
            let given = try await place.tokens(try await place.signIn().session, for: "two")
            let refresh = try #require(given.refresh)
            #expect(try await place.refusal { _ = try await place.refresh(refresh) } == .refreshTokenUnknown)
            _ = try await place.refresh(refresh, as: "two")
        }
    }

    @Test("B37: the scope may be narrowed for one access token, and not widened")
    func scope() async throws {
        try await TokenEngine.memory.run { place in
            let given = try await place.tokens(try await place.signIn().session)
            let refresh = try #require(given.refresh)
            #expect(
                try await place.refusal { _ = try await place.refresh(refresh, scope: "openid phone") } == .scopeWidened
            )
            let narrow = try await place.refresh(refresh, scope: "email")
            #expect(narrow["scope"] == "email")
            #expect(narrow["id_token"] == nil)
            let wide = try await place.refresh(try #require(narrow["refresh_token"]?.string))
            #expect(wide["scope"] == "openid email")
        }
    }

    @Test("A client without the grant gets no refresh token")
    func notRegistered() async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient("three", ["grant_types": ["authorization_code"], "exeunt_offline": false])
            let given = try await place.tokens(try await place.signIn().session, for: "three")
            #expect(given.refresh == nil)
            let refusal = try await place.refusal { _ = try await place.refresh("x", as: "three") }
            #expect(refusal == .grantTypeNotRegistered)
        }
    }

    @Test("A-73: a replay of an older refresh token ends its family, and not the session", arguments: [false, true])
    func replay(_ offline: Bool) async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let other = try await place.tokens(session)
            let first = try await place.tokens(session, offline: offline)
            let second = try TokenPlace.Given(try await place.refresh(try #require(first.refresh)))
            let third = try TokenPlace.Given(try await place.refresh(try #require(second.refresh)))
            let refusal = try await place.refusal { _ = try await place.refresh(try #require(first.refresh)) }
            #expect(refusal == .refreshTokenReplayed)
            for access in [first.access, second.access, third.access] { #expect(try await !place.isAlive(access)) }
            let last = try #require(third.refresh)
            #expect(try await place.refusal { _ = try await place.refresh(last) } == .grantEnded)
            #expect(try await place.isAlive(other.access))
        }
    }

    @Test(
        "A-73: the immediately preceding token is forgiven for ten seconds",
        arguments: [
            (0, TokenRefusal.refreshTokenJustRotated), (10, .refreshTokenJustRotated), (11, .refreshTokenReplayed),
        ]
    )
    func predecessor(_ seconds: Int, _ expected: TokenRefusal) async throws {
        try await TokenEngine.memory.run { place in
            let first = try await place.tokens(try await place.signIn().session)
            let second = try TokenPlace.Given(try await place.refresh(try #require(first.refresh)))
            place.clock.advance(by: .seconds(seconds))
            #expect(try await place.refusal { _ = try await place.refresh(try #require(first.refresh)) } == expected)
            #expect(try await place.isAlive(second.access) == (expected == .refreshTokenJustRotated))
        }
    }

    static let endings: [(TerminationCause, Bool)] = [
        (.endSession, false), (.operatorEnded, false), (.idleExpiry, false), (.absoluteExpiry, false),
        (.operatorEnded, true), (.passwordChanged, false), (.accountDisabled, false), (.accountDeleted, false),
    ]

    @Test("A-71, A-80, A-85: after every cause of logout, tokens of both kinds", arguments: endings, [false, true])
    func afterLogout(_ ending: (cause: TerminationCause, offlineToo: Bool), _ offline: Bool) async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let given = try await place.tokens(session, offline: offline)
            let refresh = try #require(given.refresh)
            try await place.end(.account(session.accountID), cause: ending.cause, offline: ending.offlineToo)
            let survives = offline && !ending.offlineToo && !ending.cause.endsOfflineAccess
            #expect(try await place.isAlive(given.access) == survives)
            #expect(try await (place.introspect(refresh)["active"] == true) == survives)
            let refusal = try await place.refusal { _ = try await place.refresh(refresh) }
            #expect(refusal == (survives ? nil : .grantEnded))
        }
    }

    @Test("A-71: a session that ran out, its end not written yet, gives nothing")
    func expiry() async throws {
        try await TokenEngine.memory.run { place in
            let given = try await place.tokens(try await place.signIn().session)
            place.clock.advance(by: .seconds(12 * 3600))
            #expect(try await place.refusal { _ = try await place.refresh(try #require(given.refresh)) } == .grantEnded)
        }
    }

    @Test("Refreshing counts as activity, written once a minute")
    func activity() async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            var refresh = try #require(try await place.tokens(session).refresh)
            for (seconds, moved) in [(59, false), (1, true), (30, false)] {
                let before = try await place.session(session.id).lastActiveAt
                place.clock.advance(by: .seconds(seconds))
                refresh = try #require(try await place.refresh(refresh)["refresh_token"]?.string)
                let after = try await place.session(session.id).lastActiveAt
                #expect((after != before) == moved)
            }
            // Eleven hours at a time are never twelve.
            for _ in 0..<3 {
                place.clock.advance(by: .seconds(11 * 3600))
                refresh = try #require(try await place.refresh(refresh)["refresh_token"]?.string)
            }
        }
    }

    @Test("An offline grant dies of 90 days without use, and each use starts them anew")
    func offlineIdle() async throws {
        try await TokenEngine.memory.run { place in
            var refresh = try #require(try await place.tokens(try await place.signIn().session, offline: true).refresh)
            for _ in 0..<2 {
                place.clock.advance(by: .seconds(89 * 86_400))
                refresh = try #require(try await place.refresh(refresh)["refresh_token"]?.string)
            }
            place.clock.advance(by: .seconds(90 * 86_400))
            #expect(try await place.refusal { _ = try await place.refresh(refresh) } == .grantEnded)
        }
    }
}

extension TokenPlace {
    func session(_ id: SessionID) async throws -> Session {
        let found = try await parts.database.read { [sessions = parts.sessions] db in try sessions.find(id, in: db) }
        return try #require(found)
    }
}
