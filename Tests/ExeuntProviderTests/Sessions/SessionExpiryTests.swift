import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Expiry and retention", .timeLimit(.minutes(2)))
struct SessionExpiryTests {
    private func expiry(_ place: DeliveryPlace, batch: Int = 100) -> SessionExpiry {
        SessionExpiry(
            database: place.database, termination: place.termination, dispatcher: place.dispatcher, clock: place.clock,
            logger: DeliveryPlace.logger, batch: batch
        )
    }

    @Test(
        "G5: idle sessions end with their cause, in bounded batches, and their applications are told",
        arguments: DeliveryEngine.all)
    func idle(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            try await place.addClient("one", ["backchannel_logout_uri": "https://one.example/b"])
            var ids: [SessionID] = []
            for _ in 0..<7 {
                let id = try await place.signIn().session.id
                try await place.join(id, "one")
                ids.append(id)
            }
            let expiry = expiry(place, batch: 3)
            #expect(try await expiry.expireDue() == 0)
            place.clock.advance(by: .seconds(6 * 3600))
            // Activity since then keeps one of them.
            _ = try await place.touched(ids[0])
            place.clock.advance(by: .seconds(6 * 3600))
            #expect(try await expiry.expireDue() == 6)
            #expect(try await place.isAlive(ids[0]))
            for id in ids.dropFirst() {
                let session = try await place.database.read { [store = place.sessions] db in try store.find(id, in: db)
                }
                #expect(session?.endedCause == .idleExpiry)
                #expect(session?.endedAt == place.clock.now)
            }
            #expect(try await place.all(.pending).count == 6)
            #expect(try await expiry.expireDue() == 0)
        }
    }

    @Test("However active it is, a session ends at its absolute end")
    func absolute() async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            let session = try await place.signIn().session
            while place.clock.now + .seconds(10 * 3600) < session.expiresAt {
                place.clock.advance(by: .seconds(10 * 3600))
                _ = try await place.touched(session.id)
            }
            #expect(try await expiry(place).expireDue() == 0)
            place.clock.advance(by: session.expiresAt - place.clock.now)
            #expect(try await expiry(place).expireDue() == 1)
            let ended = try await place.database.read { [store = place.sessions] db in
                try store.find(session.id, in: db)
            }
            #expect(ended?.endedCause == .absoluteExpiry)
        }
    }

    @Test("Expiry that was decided on an older view ends nothing that was active since")
    func staleView() async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            let id = try await place.signIn().session.id
            #expect(try await place.end(.session(id), cause: .idleExpiry) == .nothing)
            #expect(try await place.isAlive(id))
        }
    }

    @Test(
        "The service expires within a second, told by the machine's clock when to look",
        arguments: DeliveryEngine.shared)
    func service(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            try await place.addClient("one", ["backchannel_logout_uri": "https://one.example/b"])
            let id = try await place.signIn().session.id
            try await place.join(id, "one")
            place.clock.advance(by: .seconds(12 * 3600))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await expiry(place).run() }
                while try await place.all().isEmpty { await Task.yield() }
                group.cancelAll()
            }
            #expect(try await place.all().map(\.state) == [.pending])
        }
    }

    @Test("What is over is removed after its time, and nothing before", arguments: DeliveryEngine.all)
    func retention(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await place.addAccount("anna")
            try await place.addClient("one", ["backchannel_logout_uri": "http://127.0.0.1:9/b"])
            let ended = try await place.signIn().session.id
            try await place.join(ended, "one")
            try await place.end(.session(ended))
            try await place.dispatcher.drainOnce()
            let retention = Retention(
                database: place.database, lifetimes: Lifetimes(), clock: place.clock, logger: DeliveryPlace.logger,
                batch: 2
            )
            #expect(try await retention.purge() == 0)
            #expect(try await place.count("delivery_attempts") == 1)
            place.clock.advance(by: .seconds(73 * 3600))
            try await place.dispatcher.drainOnce()
            #expect(try await place.all().map(\.state) == [.abandoned])
            place.clock.advance(by: .seconds(91 * 86_400))
            let late = try await place.signIn().session.id
            #expect(try await retention.purge() > 0)
            for table in ["deliveries", "delivery_attempts", "logouts", "session_clients", "audit"] {
                #expect(try await place.count(SQL(stringLiteral: table)) == 0)
            }
            #expect(try await place.count("sessions") == 1)
            #expect(try await place.count("user_agents") == 1)
            #expect(try await place.isAlive(late))
        }
    }
}
