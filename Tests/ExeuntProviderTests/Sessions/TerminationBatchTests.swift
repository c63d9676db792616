import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Logouts that are too big for one transaction", .timeLimit(.minutes(5)))
struct TerminationBatchTests {
    static let backChannel: JSONObject = ["backchannel_logout_uri": "https://one.example/backchannel"]

    enum Wide: String, CaseIterable, Sendable {
        case account, client, everyone
        var scope: TerminationScope {
            switch self {
            case .account: .account(AccountID("anna"))
            case .client: .client(ClientID("one"))
            case .everyone: .everyone
            }
        }
    }

    /// So many people or browsers, in batches of ten.
    private func fill(_ place: DeliveryPlace, _ count: Int) async throws -> [Session] {
        try await place.addAccount("anna")
        try await place.addClient("one", Self.backChannel)
        let now = place.clock.now
        let (sessions, clients) = (place.sessions, place.clients)
        return try await place.database.write { db in
            try (0..<count).map { _ in
                let session = try sessions.signIn(
                    account: AccountID("anna"), userAgentSecret: nil, persistent: false, amr: [], address: "",
                    agent: "",
                    in: db, now: now
                ).session
                if let client = try clients.find(ClientID("one"), in: db) {
                    _ = try sessions.join(session.id, client: client, subject: Subject("sub"), in: db, now: now)
                }
                return session
            }
        }
    }

    @Test(
        "A-45, A-72: all are dead at the first commit, and each application hears of each once",
        arguments: DeliveryEngine.all, Wide.allCases
    )
    func deadAtOnce(_ engine: DeliveryEngine, _ wide: Wide) async throws {
        try await engine.run(batch: 10) { place in
            let sessions = try await fill(place, 35)
            let grants = [
                try await place.grant(sessions[0], "one", .session),
                try await place.grant(sessions[34], "one", .session),
            ]
            let outcome = try await place.end(wide.scope, cause: .operatorEnded)
            #expect(outcome.isUnfinished)
            #expect(outcome.sessionsEnded == 10)
            for grant in grants { #expect(try await !place.isAlive(grant)) }
            if wide != .client {
                for session in sessions {
                    #expect(try await !place.isAlive(session.id))
                    #expect(try await place.join(session.id, "one") == nil)
                }
            }
            // Those who sign in meanwhile are not concerned.
            let later = try await place.signIn().session
            place.clock.advance(by: .milliseconds(1))
            #expect(try await place.termination.continueUnfinished() == 3)
            #expect(try await place.termination.continueUnfinished() == 0)
            #expect(try await place.isAlive(later.id))
            let rows = try await place.list(outcome)
            #expect(rows.count == 35)
            #expect(Set(rows.map(\.sid)).count == 35)
            let receipt = try await place.receipt(outcome)
            #expect(receipt.sessions == 35)
            #expect(!receipt.isUnfinished)
            #expect(receipt.applications.map(\.state) == [.pending])
        }
    }

    @Test("A-43: what a killed process had begun, another one carries on", arguments: DeliveryEngine.shared)
    func resumes(_ engine: DeliveryEngine) async throws {
        try await engine.run(batch: 10) { place in
            _ = try await fill(place, 35)
            let outcome = try await place.end(.everyone)
            #expect(try await place.termination.continueUnfinished(limit: 1) == 1)
            #expect(try await place.list(outcome).count == 20)
            // Another process: nothing is shared but the database.
            let other = try await DeliveryPlace(place.location, settings: place.settings, batch: 10)
            #expect(try await other.termination.continueUnfinished() == 2)
            await other.database.close()
            #expect(try await place.list(outcome).count == 35)
        }
    }

    @Test("A-44: processes that carry on together write each delivery once", arguments: DeliveryEngine.shared)
    func together(_ engine: DeliveryEngine) async throws {
        try await engine.run(batch: 10) { place in
            _ = try await fill(place, 95)
            let outcome = try await place.end(.account(AccountID("anna")))
            let steps = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await place.termination.continueUnfinished() } }
                return try await group.reduce(0, +)
            }
            #expect(steps == 9)
            #expect(try await place.list(outcome).count == 95)
            #expect(try await place.receipt(outcome).sessions == 95)
        }
    }

    @Test("A batch that ends exactly with the sessions is followed by an empty one, which finishes the logout")
    func exactFit() async throws {
        try await DeliveryEngine.memory.run(batch: 10) { place in
            _ = try await fill(place, 10)
            let outcome = try await place.end(.everyone)
            #expect(outcome.isUnfinished)
            #expect(try await place.termination.continueUnfinished() == 1)
            #expect(try await !place.receipt(outcome).isUnfinished)
        }
    }
}
