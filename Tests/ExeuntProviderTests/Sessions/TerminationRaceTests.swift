import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Ending against beginning", .timeLimit(.minutes(5)))
struct TerminationRaceTests {
    @Test(
        "A-75, A-76: who joins while the session ends is either told of it, or finds it closed",
        arguments: DeliveryEngine.shared
    )
    func joinRace(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            let names = (0..<8).map { "app-\($0)" }
            for name in names {
                try await place.addClient(name, ["backchannel_logout_uri": .string("https://\(name).example/b")])
            }
            for _ in 0..<25 {
                let id = try await place.signIn().session.id
                try await place.join(id, names[0])
                let (joined, outcome) = try await withThrowingTaskGroup(of: (String, SID?).self) { group in
                    for name in names.dropFirst() { group.addTask { (name, try await place.join(id, name)) } }
                    let outcome = try await place.end(.session(id))
                    let joined = try await group.reduce(into: [String: SID]()) { $0[$1.0] = $1.1 }
                    return (joined, outcome)
                }
                let told = try await place.list(outcome)
                #expect(Set(told.map(\.sid)).isSuperset(of: joined.values))
                #expect(told.count == joined.count + 1)
                #expect(try await place.join(id, names[1]) == nil)
            }
        }
    }

    @Test(
        "A-76, A-85: a sign-in beside an account's logout is either ended by it, or began after it",
        arguments: DeliveryEngine.shared
    )
    func signInRace(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            for _ in 0..<25 {
                _ = try await place.signIn()
                let sessions = try await withThrowingTaskGroup(of: SessionID.self) { group in
                    for _ in 0..<6 { group.addTask { try await place.signIn().session.id } }
                    _ = try await place.end(.account(AccountID("anna")))
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                // Whatever says that it is alive was ended by nobody, and whatever is dead has its end written.
                for id in sessions {
                    let session = try await place.database.read { [store = place.sessions] db in
                        try store.find(id, in: db)
                    }
                    #expect(try await place.isAlive(id) == (session?.status == .active))
                }
            }
        }
    }

    @Test(
        "A-72: many endings of everything, single sessions and sign-ins at once leave no zombie",
        arguments: DeliveryEngine.shared)
    func everythingAtOnce(_ engine: DeliveryEngine) async throws {
        try await engine.run(batch: 5) { place in
            for name in ["anna", "bert"] { try await place.addAccount(name) }
            try await place.addClient("one", ["backchannel_logout_uri": "https://one.example/b"])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        switch number % 6 {
                        case 0: try await place.end(.account(AccountID("anna")))
                        case 1: try await place.end(.everyone)
                        case 2: _ = try await place.termination.continueUnfinished()
                        case 3: try await place.end(.client(ClientID("one")))
                        default:
                            let id = try await place.signIn(number % 2 == 0 ? "anna" : "bert").session.id
                            try await place.join(id, "one")
                            if number % 3 == 0 { try await place.end(.session(id)) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            _ = try await place.end(.everyone)
            _ = try await place.termination.continueUnfinished()
            let alive = try await place.database.read { db in
                try db.row("SELECT COUNT(*) AS n FROM sessions WHERE status = 'active'")?.value("n", as: Int.self)
            }
            #expect(alive == 0)
            // One delivery for each sid that was ever given out.
            #expect(try await place.count("deliveries") == Set(try await place.all().map(\.sid)).count)
        }
    }
}
