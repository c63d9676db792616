import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Accounts on either engine", .timeLimit(.minutes(2)))
struct AccountEngineTests {
    @Test("of several accounts of one name at once exactly one is made", arguments: DeliveryEngine.all)
    func sameName(_ engine: DeliveryEngine) async throws {
        try await engine.run { delivery in
            let place = AccountPlace(delivery.database)
            let made = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    group.addTask { (try? await place.add(number.isMultiple(of: 2) ? "anna" : "ANNA")) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(made == 1)
        }
    }

    @Test("the life of an account, an import, and a list in the order of names", arguments: DeliveryEngine.all)
    func life(_ engine: DeliveryEngine) async throws {
        try await engine.run { delivery in
            let place = AccountPlace(delivery.database)
            let lines = ["Zoe", "anna", "Änne", "bert", "b c"].map { "{\"username\": \"\($0)\"}" }
            let report = try await place.importer.run(Array(lines.joined(separator: "\n").utf8), actor: "t") { _, _ in }
            #expect(report.imported == 5)
            var names: [String] = []
            while true {
                let last = try names.last.map { try Username($0).key } ?? ""
                let page = try await place.database.read { db in
                    try AccountDirectory().list(after: last, limit: 2, in: db)
                }
                names += page.map(\.username)
                if page.isEmpty { break }
            }
            // By bytes on both engines, so that a page goes on where the last one ended.
            #expect(names == ["anna", "b c", "bert", "Zoe", "Änne"])
            _ = try await place.administration.setPassword(username: "anna", password: "first", actor: "t")
            guard case .right = try await place.check("Anna", "first") else {
                Issue.record("the password is refused")
                return
            }
            _ = try await place.administration.delete(username: "anna", actor: "t")
            #expect(try await place.check("anna", "first") == .wrong)
            try await place.add("anna")
        }
    }

    @Test(
        "A-85: whoever signs in while the account is disabled is out at the end, however it ends",
        arguments: DeliveryEngine.all)
    func race(_ engine: DeliveryEngine) async throws {
        try await engine.run { delivery in
            let place = AccountPlace(delivery.database)
            for round in 0..<10 {
                let account = try await place.add("user\(round)")
                async let change = place.administration.disable(username: "user\(round)", actor: "t")
                let sessions = await withTaskGroup(of: Session?.self) { group in
                    for _ in 0..<4 { group.addTask { try? await place.signIn(account) } }
                    return await group.reduce(into: [Session?]()) { $0.append($1) }
                }
                _ = try await change
                for session in sessions.compactMap({ $0 }) { #expect(try await !place.isAlive(session)) }
                _ = try await place.administration.enable(username: "user\(round)", actor: "t")
                for session in sessions.compactMap({ $0 }) { #expect(try await !place.isAlive(session)) }
            }
        }
    }
}
