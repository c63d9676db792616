import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Applications that are down or busy", .timeLimit(.minutes(5)))
struct LogoutBreakerTests {
    @Test(
        "A dead application is only probed, keeps nobody waiting, and is told everything when it returns",
        arguments: DeliveryEngine.all)
    func breaker(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            try await FakeRelyingParty.run { dead in
                try await FakeRelyingParty.run { party in
                    dead.behave(.answer(status: 500))
                    for _ in 0..<30 { _ = try await place.logout(["dead": dead.backChannel]) }
                    try await place.dispatcher.drainOnce()
                    // Eight were under way, and four began in the places of the first four, before the fifth failure was known.
                    let tried = dead.received.count
                    #expect((5...12).contains(tried))
                    let outcome = try await place.logout(["dead": dead.backChannel, "well": party.backChannel])
                    try await place.dispatcher.drainOnce()
                    #expect(party.received.count == 1)
                    #expect(dead.received.count == tried)
                    let row = try #require(try await place.list(outcome).first { $0.client.rawValue == "dead" })
                    #expect(row.attempts == 0)
                    #expect(row.lastError?.hasPrefix("not tried: the application has not answered since") == true)
                    for round in 1...3 {
                        place.clock.advance(by: .seconds(31))
                        try await place.dispatcher.drainOnce()
                        #expect(dead.received.count == tried + round)
                    }
                    dead.behave(.answer(status: 200))
                    place.clock.advance(by: .seconds(31))
                    try await place.dispatcher.drainOnce()
                    #expect(try await place.all().allSatisfy { $0.state == .delivered })
                    #expect(dead.received.count == tried + 3 + 31)
                }
            }
        }
    }

    @Test(
        "A-45: Retry-After holds an application back, up to an hour",
        arguments: [(429, "90", 90), (503, "86400", 3600)])
    func retryAfter(_ status: Int, _ header: String, _ seconds: Int) async throws {
        try await DeliveryEngine.memory.run { place in
            try await FakeRelyingParty.run { party in
                party.behave(
                    .first(1, .answer(status: status, headers: ["Retry-After": header]), then: .answer(status: 200)))
                _ = try await place.logout(["one": party.backChannel])
                try await place.dispatcher.drainOnce()
                _ = try await place.logout(["one": party.backChannel])
                place.clock.advance(by: .seconds(seconds - 1))
                try await place.dispatcher.drainOnce()
                #expect(party.received.count == 1)
                place.clock.advance(by: .seconds(2))
                try await place.dispatcher.drainOnce()
                #expect(party.received.count == 3)
                #expect(try await place.all().allSatisfy { $0.state == .delivered })
            }
        }
    }
}
