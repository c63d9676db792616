import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Authorization store", .timeLimit(.minutes(2)))
struct AuthorizationStoreTests {
    @Test("A-65, A-75: a session that ended after it was read gives no code")
    func gate() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let done = try await provider.authorize(Browser(), client)
            let record = try await provider.record(of: done.redirected("code"))
            let store = AuthorizationStore(parts: provider.parts)
            let request = try AuthorizationFixtures.request()
            let now = provider.clock.now
            let read = try await provider.parts.database.read { [sessions = provider.parts.sessions] db in
                try sessions.alive(record.sessionID, in: db, now: now)
            }
            let session = try #require(read)
            let code = try await provider.parts.database.write { db in
                try store.issueCode(for: session, request, in: db, now: now)
            }
            #expect(code != nil)
            try await provider.end(session.id)
            let refused = try await provider.parts.database.write { db in
                try store.issueCode(for: session, request, in: db, now: now)
            }
            #expect(refused == nil)
            let codes = try await provider.parts.database.read { db in
                try db.rows("SELECT code_hash FROM authorization_codes WHERE session_id = \(session.id)").count
            }
            #expect(codes == 2, "the browser's and the first of this test")
        }
    }

    @Test("an authorization counts as activity, written at most once a minute")
    func activity() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            let done = try await provider.authorize(browser, client)
            let id = try await provider.record(of: done.redirected("code")).sessionID
            let started = provider.clock.now
            let lastActive: @Sendable () async throws -> Timestamp? = {
                try await provider.parts.database.read { [sessions = provider.parts.sessions] db in
                    try sessions.find(id, in: db)?.lastActiveAt
                }
            }
            provider.clock.advance(by: .seconds(59))
            #expect(try await provider.silentError(browser, client) == nil)
            #expect(try await lastActive() == started)
            provider.clock.advance(by: .seconds(1))
            #expect(try await provider.silentError(browser, client) == nil)
            #expect(try await lastActive() == provider.clock.now)
            // Idle for twelve hours since then, and no longer signed in.
            provider.clock.advance(by: .seconds(12 * 3600))
            #expect(try await provider.silentError(browser, client) == "login_required")
        }
    }
}
