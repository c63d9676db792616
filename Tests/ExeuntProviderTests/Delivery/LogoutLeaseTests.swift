import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import ServiceLifecycle
import Testing

@Suite("Several processes, and processes that end", .timeLimit(.minutes(5)))
struct LogoutLeaseTests {
    /// Anna signs out of so many applications of one address.
    private func logout(_ place: DeliveryPlace, _ count: Int, _ address: String) async throws -> TerminationOutcome {
        try await place.addAccountOnce("anna")
        let id = try await place.signIn().session.id
        for number in 0..<count {
            try await place.addClient("app-\(number)", ["backchannel_logout_uri": .string(address)])
            try await place.join(id, "app-\(number)")
        }
        return try await place.end(.session(id))
    }

    @Test(
        "A-44: two dispatchers on one database never send the same twice, and leave nothing out",
        arguments: DeliveryEngine.shared)
    func two(_ engine: DeliveryEngine) async throws {
        var settings = DeliverySettings()
        settings.batch = 16
        try await engine.run(settings: settings) { place in
            try await FakeRelyingParty.run { party in
                let outcome = try await logout(place, 200, party.backChannel)
                let other = try await DeliveryPlace(place.location, settings: place.settings, batch: 1000)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for dispatcher in [place.dispatcher, other.dispatcher] {
                        group.addTask {
                            // An empty claim does not prove that nothing is due: the other may hold the candidates.
                            while try await place.all(.pending).isEmpty == false { try await dispatcher.drainOnce() }
                        }
                    }
                    try await group.waitForAll()
                }
                await other.database.close()
                #expect(party.logoutTokens.count == 200)
                #expect(Set(party.logoutTokens.compactMap { $0["aud"]?.string }).count == 200)
                #expect(try await place.list(outcome).allSatisfy { $0.state == .delivered && $0.attempts == 1 })
            }
        }
    }

    @Test(
        "A-43, A-44: what a dead process had leased is sent by another when the lease ends, not before",
        arguments: DeliveryEngine.all)
    func leaseEnds(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await FakeRelyingParty.run { party in
                _ = try await logout(place, 3, party.backChannel)
                #expect(try await place.claimAll(owner: "another machine").count == 3)
                #expect(try await place.dispatcher.drainOnce() == 0)
                place.clock.advance(by: .seconds(29))
                #expect(try await place.dispatcher.drainOnce() == 0)
                place.clock.advance(by: .seconds(1))
                #expect(try await place.dispatcher.drainOnce() == 3)
                #expect(party.received.count == 3)
            }
        }
    }

    @Test(
        "A-43: a process that was killed on this machine is known to be gone, and its leases are free at once",
        arguments: DeliveryEngine.all)
    func killedNeighbour(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await FakeRelyingParty.run { party in
                _ = try await logout(place, 3, party.backChannel)
                let mine = LogoutDispatcherNode().id
                #expect(!LogoutDispatcherNode.isGone(mine))
                #expect(!LogoutDispatcherNode.isGone("0badc0de.1.1.1.x"))
                // Process 1 runs, but did not start then: the number was used again.
                var parts = mine.split(separator: ".").map(String.init)
                parts.replaceSubrange(2...3, with: ["1", "99999999999"])
                let gone = parts.joined(separator: ".")
                #expect(LogoutDispatcherNode.isGone(gone))
                _ = try await place.claimAll(owner: gone)
                try await place.database.write { [now = place.clock.now] db in
                    try db.execute("INSERT INTO nodes (node_id, started_at, seen_at) VALUES (\(gone), \(now), \(now))")
                }
                try await place.running { _ in await party.waitFor(3) }
                #expect(try await place.all().map(\.state) == [.delivered, .delivered, .delivered])
                #expect(try await place.count("nodes") == 0)
            }
        }
    }

    @Test(
        "A-44: an answer that comes after the lease was lost: success counts, failure does not", arguments: [200, 500])
    func lateAnswer(_ status: Int) async throws {
        try await DeliveryEngine.memory.run { place in
            _ = try await logout(place, 1, "http://127.0.0.1:9/b")
            let work = try #require(try await place.claimAll(owner: "first").first)
            place.clock.advance(by: .seconds(31))
            #expect(try await place.claimAll(owner: "second").count == 1)
            let answer = LogoutDelivery.Answer.status(status)
            var delivery = LogoutDelivery(state: .leased, giveUpAt: work.giveUpAt)
            let now = place.clock.now
            let attempt = LogoutDeliveryAttempt(
                work: work, at: now, milliseconds: 5, answer: answer,
                action: delivery.settle(answer, at: now, place.settings, chance: 0.5), settledAt: now
            )
            try await place.database.write { [store = place.deliveries] db in
                try store.settle([attempt], owner: "first", in: db)
            }
            let row = try #require(try await place.all().first)
            #expect(row.state == (status == 200 ? .delivered : .leased))
            #expect(row.attempts == 1)
            #expect(try await place.attempts(of: row.id).count == 1)
        }
    }

    @Test("RPI-OP-15: the browser waits for every first attempt, and no longer", arguments: DeliveryEngine.all)
    func firstAttempts(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await FakeRelyingParty.run { party in
                try await place.running { dispatcher in
                    let outcome = try await logout(place, 50, party.backChannel)
                    dispatcher.nudge()
                    await dispatcher.firstAttempts(of: try #require(outcome.logoutID), within: .seconds(60))
                    #expect(party.received.count == 50)
                    // Settled, so that what the browser is shown is what happened.
                    #expect(try await place.list(outcome).allSatisfy { $0.state == .delivered })
                    await dispatcher.firstAttempts(of: try #require(outcome.logoutID), within: .seconds(60))
                    await dispatcher.firstAttempts(of: LogoutID("unknown"), within: .seconds(60))
                }
            }
        }
    }

    @Test(
        "G7: for a hanging application the browser waits as long as it was told, and not for one that is known to be dead"
    )
    func boundedWait() async throws {
        var settings = DeliverySettings()
        settings.attemptDeadline = .seconds(10)
        try await DeliveryEngine.memory.run(settings: settings) { place in
            try await FakeRelyingParty.run { party in
                party.behave(.hang)
                try await place.running { dispatcher in
                    let outcome = try await logout(place, 1, party.backChannel)
                    dispatcher.nudge()
                    let started = ContinuousClock.now
                    await dispatcher.firstAttempts(of: try #require(outcome.logoutID), within: .milliseconds(300))
                    let took = ContinuousClock.now - started
                    #expect(took >= .milliseconds(300))
                    // The attempt would take ten seconds; a busy machine is given most of the difference.
                    #expect(took < .seconds(9))
                    #expect(try await place.receipt(outcome).applications.map(\.state) == [.pending])
                }
            }
            for _ in 0..<6 { _ = try await logout(place, 1, "http://127.0.0.1:9/b") }
            try await place.running { dispatcher in
                while try await place.all(.pending).contains(where: { $0.attempts == 0 && $0.lastError == nil }) {
                    await Task.yield()
                }
                let outcome = try await logout(place, 1, "http://127.0.0.1:9/b")
                dispatcher.nudge()
                await dispatcher.firstAttempts(of: try #require(outcome.logoutID), within: .seconds(120))
                #expect(try await place.list(outcome).first?.lastError?.hasPrefix("not tried") == true)
            }
        }
    }

    @Test("Where nobody delivers there is nothing to wait for")
    func notRunning() async throws {
        try await DeliveryEngine.memory.run { place in
            let outcome = try await logout(place, 1, "http://127.0.0.1:9/b")
            await place.dispatcher.firstAttempts(of: try #require(outcome.logoutID), within: .seconds(120))
            #expect(try await place.list(outcome).first?.attempts == 0)
        }
    }

    @Test("Work that another process wrote is found without a nudge, within a second", arguments: DeliveryEngine.shared)
    func found(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await FakeRelyingParty.run { party in
                try await place.running { _ in
                    let other = try await DeliveryPlace(place.location, settings: place.settings, batch: 1000)
                    _ = try await logout(other, 2, party.backChannel)
                    await party.waitFor(2)
                    await other.database.close()
                }
            }
        }
    }

    @Test("An orderly end sends nothing new, lets what is under way end, writes it down and gives the rest back")
    func drains() async throws {
        var settings = DeliverySettings()
        settings.perClient = 1
        settings.perOrigin = 2
        settings.attemptDeadline = .seconds(3)
        try await DeliveryEngine.memory.run(settings: settings) { place in
            try await FakeRelyingParty.run { party in
                party.behave(.hang)
                _ = try await logout(place, 6, party.backChannel)
                try await place.running { _ in await party.waitFor(2) }
                let rows = try await place.all()
                #expect(rows.allSatisfy { $0.state == .pending })
                #expect(rows.filter { $0.attempts == 1 }.count == party.received.count)
                #expect(try await place.count("nodes") == 0)
                // What was given back is due.
                party.behave(.answer(status: 200))
                #expect(try await place.anotherDispatcher().drainOnce() == 4)
            }
        }
    }
}

extension DeliveryPlace {
    /// Runs a dispatcher as a service for as long as `body` takes, then asks it to stop, and waits until it has.
    func running(_ body: @Sendable (LogoutDispatcher) async throws -> Void) async throws {
        let group = ServiceGroup(services: [dispatcher], logger: Self.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            // The node's row is the service's first act.
            while try await count("nodes") == 0 { await Task.yield() }
            let result: Result<Void, any Error>
            do { result = .success(try await body(dispatcher)) } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }
}
