import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

/// Everybody is signed out of one application, while people sign in there on other nodes.
@Suite("Ending one application", .timeLimit(.minutes(2)))
struct TerminationClientTests {
    private static let backChannel: JSONObject = ["backchannel_logout_uri": "https://one.example/b"]

    @Test(
        "A-76, A-84: who joined by a clock that is ahead is signed out, and the application hears of it",
        arguments: DeliveryEngine.all
    )
    func clockAhead(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            try await place.addClient("one", Self.backChannel)
            let session = try await place.signIn().session
            let behind = place.clock.now
            place.clock.advance(by: .seconds(30))
            let grant = try await place.grant(session, "one", .session)
            let sid = try #require(try await place.join(session.id, "one"))
            let outcome = try await place.database.write { [termination = place.termination] db in
                try termination.end(
                    TerminationRequest(scope: .client(ClientID("one")), cause: .operatorEnded, actor: "test"),
                    in: db, now: behind
                )
            }
            #expect(try await !place.isAlive(grant))
            #expect(try await place.list(outcome).map(\.sid) == [sid])
        }
    }

    @Test(
        "A-45, A-84: who signs in there between two batches, in the same millisecond, keeps what that gave",
        arguments: DeliveryEngine.all
    )
    func betweenBatches(_ engine: DeliveryEngine) async throws {
        try await engine.run(batch: 2) { place in
            try await place.addAccount("anna")
            try await place.addClient("one", Self.backChannel)
            var sessions: [SID: Session] = [:]
            for _ in 0..<5 {
                let session = try await place.signIn().session
                _ = try await place.grant(session, "one", .session)
                sessions[try #require(try await place.join(session.id, "one"))] = session
            }
            let outcome = try await place.end(.client(ClientID("one")), cause: .operatorEnded)
            #expect(outcome.isUnfinished)
            let first = try await place.list(outcome).map(\.sid)
            let again = try #require(first.first.flatMap { sessions[$0] })
            // One person signs in anew, another one who was told already comes back.
            let fresh = try await place.signIn().session
            let grants = [
                try await place.grant(fresh, "one", .session), try await place.grant(again, "one", .session),
            ]
            _ = try await place.termination.continueUnfinished()
            let rows = try await place.list(outcome).map(\.sid)
            #expect(Set(rows) == Set(sessions.keys) && rows.count == 5 && first.count == 2)
            for grant in grants { #expect(try await place.isAlive(grant)) }
        }
    }
}
