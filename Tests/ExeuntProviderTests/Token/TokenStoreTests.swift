import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("What is kept of codes and tokens, and for how long")
struct TokenStoreTests {
    @Test("Secrets are stored hashed, and never as they are")
    func hashed() async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let code = try await place.code(session)
            let given = try TokenPlace.Given(try await place.redeem(code))
            let secrets = [code, given.access, try #require(given.refresh)]
            let stored = try await place.parts.database.read { db in
                try db.rows(
                    """
                    SELECT code_hash AS h FROM authorization_codes UNION ALL SELECT token_hash FROM access_tokens \
                    UNION ALL SELECT token_hash FROM refresh_tokens
                    """
                )
                .map { try $0.value("h", as: [UInt8].self) }
            }
            #expect(Set(stored) == Set(secrets.map(RandomToken.hash)))
        }
    }

    private func count(_ table: SQL, _ place: TokenPlace) async throws -> Int {
        try await place.parts.database.read { db in
            try db.row("SELECT count(*) AS n FROM \(sql: table)")?.value("n") ?? -1
        }
    }

    private func purge(
        _ place: TokenPlace, _ body: @escaping @Sendable (any SQLWriter, Timestamp) throws -> Int
    ) async throws -> Int {
        let now = place.clock.now
        return try await place.parts.database.write { try body($0, now) }
    }

    @Test("Clean-up takes what is over, a bounded batch at a time, and nothing that still matters")
    func purging() async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            for _ in 0..<5 { _ = try await place.tokens(session) }
            let offline = try await place.tokens(session, offline: true)
            #expect(try await purge(place) { try AccessTokenStore.purgeExpired(in: $0, now: $1, limit: 100) } == 0)
            #expect(try await purge(place) { try GrantStore.purgeExpired(in: $0, now: $1, limit: 100) } == 0)
            place.clock.advance(by: .seconds(3601))
            #expect(
                try await purge(place) { try AuthorizationCodeStore.purgeExpired(in: $0, now: $1, limit: 100) } == 0)
            place.clock.advance(by: .seconds(60))
            #expect(try await purge(place) { try AuthorizationCodeStore.purgeExpired(in: $0, now: $1, limit: 4) } == 4)
            #expect(try await purge(place) { try AuthorizationCodeStore.purgeExpired(in: $0, now: $1, limit: 4) } == 2)
            #expect(try await purge(place) { try AccessTokenStore.purgeExpired(in: $0, now: $1, limit: 4) } == 4)
            #expect(try await purge(place) { try AccessTokenStore.purgeExpired(in: $0, now: $1, limit: 4) } == 2)
            place.clock.advance(by: .seconds(7 * 86_400))
            for _ in 0..<4 { _ = try await purge(place) { try GrantStore.purgeExpired(in: $0, now: $1, limit: 2) } }
            #expect(try await count("grants", place) == 1)
            #expect(try await count("refresh_tokens", place) == 1)
            _ = try await place.refresh(try #require(offline.refresh))
        }
    }

    @Test("A session that is renewed by signing in again keeps its grants beyond its first end")
    func renewed() async throws {
        try await TokenEngine.memory.run { place in
            var signIn = try await place.signIn()
            let given = try await place.tokens(signIn.session)
            for _ in 0..<17 {
                place.clock.advance(by: .seconds(11 * 3600))
                signIn = try await place.signIn(browser: signIn.newSecret)
            }
            #expect(try await purge(place) { try GrantStore.purgeExpired(in: $0, now: $1, limit: 9) } == 1)
            #expect(try await purge(place) { try GrantStore.purgeExpired(in: $0, now: $1, limit: 9) } == 0)
            _ = try await place.refresh(try #require(given.refresh))
            try await place.end(.session(signIn.session.id))
            try await place.expectAllDead()
        }
    }

    @Test("Replaced refresh tokens are remembered for a month")
    func rotated() async throws {
        try await TokenEngine.memory.run { place in
            let first = try await place.tokens(try await place.signIn().session, offline: true)
            _ = try await place.refresh(try #require(first.refresh))
            place.clock.advance(by: .seconds(30 * 86_400))
            #expect(try await purge(place) { try RefreshTokenStore.purgeExpired(in: $0, now: $1, limit: 9) } == 0)
            place.clock.advance(by: .seconds(1))
            #expect(try await purge(place) { try RefreshTokenStore.purgeExpired(in: $0, now: $1, limit: 9) } == 1)
            let refusal = try await place.refusal { _ = try await place.refresh(try #require(first.refresh)) }
            #expect(refusal == .refreshTokenUnknown)
        }
    }

    @Test("A spent assertion is remembered until it could not be used anyway")
    func assertions() async throws {
        try await TokenEngine.memory.run { place in
            let now = place.clock.now
            let results = try await place.parts.database.write { db in
                let spent = SpentAssertionStore()
                return try [
                    spent.spend(jti: "1", of: ClientID("a"), expires: now, in: db),
                    spent.spend(jti: "1", of: ClientID("a"), expires: now, in: db),
                    spent.spend(jti: "1", of: ClientID("b"), expires: now + .seconds(9), in: db),
                ]
            }
            #expect(results == [true, false, true])
            place.clock.advance(by: .seconds(1))
            #expect(try await purge(place) { try SpentAssertionStore.purgeExpired(in: $0, now: $1, limit: 9) } == 1)
        }
    }

    @Test("The hot queries and the clean-up go by index", arguments: TokenEngine.allTested)
    func plans(_ engine: TokenEngine) async throws {
        try await engine.run { place in
            let now = place.clock.now
            let reference = AccessTokenStore.Reference.opaque("x")
            let queries: [SQL] = [
                AccessTokenStore.query(reference, now: now),
                RefreshTokenStore.query("x", now: now),
                ResourceServerStore.candidates,
                "SELECT code_hash FROM authorization_codes WHERE expires_at < \(now) ORDER BY expires_at LIMIT 10",
                "SELECT token_hash FROM access_tokens WHERE expires_at < \(now) ORDER BY expires_at LIMIT 10",
                """
                SELECT token_hash FROM refresh_tokens WHERE rotated_at < \(now) AND rotated_at IS NOT NULL \
                ORDER BY rotated_at LIMIT 10
                """,
                "SELECT grant_id FROM grants WHERE expires_at < \(now) ORDER BY expires_at LIMIT 10",
            ]
            for query in queries {
                let plan = try await place.parts.database.explain(query)
                let scans = plan.filter { line in
                    line.contains("Seq Scan") || (line.contains("SCAN") && !line.contains("USING"))
                        || line.contains("TEMP B-TREE")
                }
                #expect(scans.isEmpty, "\(plan)")
            }
        }
    }
}
