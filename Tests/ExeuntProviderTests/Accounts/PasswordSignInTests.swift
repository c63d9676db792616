import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Checking a password", .timeLimit(.minutes(1)))
struct PasswordSignInTests {
    @Test(
        "unknown, without a password, disabled or wrong: one answer",
        arguments: ["nobody", "bare", "disabled", "anna", "", "\u{0}"]
    )
    func wrong(_ username: String) async throws {
        let place = try await AccountPlace()
        try await place.add("anna", password: "right")
        try await place.add("bare", password: nil)
        try await place.add("disabled", password: "wrong")
        _ = try await place.administration.disable(username: "disabled", actor: "test")
        #expect(try await place.check(username, "wrong") == .wrong)
    }

    @Test("after too many failures even the right password has to wait, and then it opens")
    func waits() async throws {
        let place = try await AccountPlace()
        let anna = try await place.add(password: "right")
        for _ in 0..<6 { #expect(try await place.check("anna", "wrong") == .wrong) }
        #expect(try await place.check("anna", "right") == .wait(.seconds(1)))
        place.clock.advance(by: .seconds(1))
        #expect(try await place.check("anna", "right") == .right(anna))
        for _ in 0..<5 { #expect(try await place.check("anna", "wrong") == .wrong) }
    }

    @Test("a hash of another cost is replaced when its password is right, and not otherwise")
    func rehash() async throws {
        let place = try await AccountPlace()
        let anna = try await place.add(password: "right")
        let cheap = PasswordHasher(parameters: PasswordParameters(memory: 16, iterations: 1, lanes: 1))
        let old = try await cheap.hash("right")
        try await place.database.write { db in
            try db.execute("UPDATE accounts SET password_hash = \(old) WHERE account_id = \(anna.id)")
        }
        #expect(try await place.check("anna", "wrong") == .wrong)
        #expect(try await place.find("anna")?.passwordHash == old)
        guard case .right(let account) = try await place.check("anna", "right") else {
            Issue.record("the right password is refused")
            return
        }
        let stored = try await place.find("anna")?.passwordHash
        #expect(stored?.contains("m=8,t=1,p=1") == true)
        #expect(account.passwordHash == stored)
        #expect(account.updatedAt == anna.updatedAt)
    }
}
