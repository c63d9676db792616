import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Account administration", .timeLimit(.minutes(1)))
struct AccountAdministrationTests {
    /// What takes an account's access away.
    enum Deed: String, CaseIterable, Sendable {
        case disable, delete, setPassword

        func run(_ place: AccountPlace) async throws -> AccountAdministration.Change {
            switch self {
            case .disable: try await place.administration.disable(username: "anna", actor: "test")
            case .delete: try await place.administration.delete(username: "anna", actor: "test")
            case .setPassword:
                try await place.administration.setPassword(username: "anna", password: "second password", actor: "test")
            }
        }

        var cause: String {
            switch self {
            case .disable: "account_disabled"
            case .delete: "account_deleted"
            case .setPassword: "password_changed"
            }
        }
    }

    @Test(
        "A-85: disabling, deleting and a new password end every session of the account, and of nobody else",
        arguments: Deed.allCases)
    func endsSessions(_ deed: Deed) async throws {
        let place = try await AccountPlace()
        let anna = try await place.add()
        let bert = try await place.add("bert")
        let (one, two, other) = (
            try await place.signIn(anna), try await place.signIn(anna), try await place.signIn(bert)
        )
        let change = try await deed.run(place)
        #expect(change.outcome.sessionsEnded == 2)
        #expect(try await !place.isAlive(one))
        #expect(try await !place.isAlive(two))
        #expect(try await place.isAlive(other))
        #expect(try await place.causes() == [deed.cause])
    }

    @Test("A-85: access without a session dies with it", arguments: Deed.allCases)
    func endsOffline(_ deed: Deed) async throws {
        let clock = ManualClock()
        try await TestProvider.run(clock: clock) { provider in
            try await provider.addAccount("anna")
            let client = try await provider.addClient("app", ["exeunt_offline": true])
            let tokens = try await provider.signIn(Browser(), client, as: "anna", ["scope": "openid offline_access"])
            #expect(try await provider.refresh(client, tokens.refreshToken).status == 200)
            let accounts = AccountAdministration(
                database: provider.parts.database, directory: provider.parts.accounts, hasher: provider.parts.hasher,
                termination: provider.parts.termination, clock: clock
            )
            switch deed {
            case .disable: _ = try await accounts.disable(username: "anna", actor: "test")
            case .delete: _ = try await accounts.delete(username: "anna", actor: "test")
            case .setPassword: _ = try await accounts.setPassword(username: "anna", password: "new one", actor: "test")
            }
            let again = try await provider.refresh(client, tokens.refreshToken)
            #expect(again.status == 400)
            #expect(again.json?["error"] == "invalid_grant")
            #expect(try await !provider.isActive(tokens.accessToken, client))
        }
    }

    @Test("a disabled account cannot sign in until it is enabled; what ended stays ended")
    func disableAndEnable() async throws {
        let place = try await AccountPlace()
        let session = try await place.signIn(try await place.add())
        _ = try await place.administration.disable(username: "anna", actor: "test")
        #expect(try await place.check("anna", "first password") == .wrong)
        let enabled = try await place.administration.enable(username: "anna", actor: "test")
        #expect(enabled.isActive)
        #expect(try await !place.isAlive(session))
        #expect(try await place.check("anna", "first password") == .right(enabled))
        _ = try await place.administration.disable(username: "anna", actor: "test")
        let twice = try await place.administration.disable(username: "anna", actor: "test")
        #expect(twice.account.status == .disabled)
        #expect(twice.outcome == .nothing)
    }

    @Test("a new password opens the account, the old one does not")
    func newPassword() async throws {
        let place = try await AccountPlace()
        try await place.add()
        _ = try await place.administration.setPassword(username: "anna", password: "second password", actor: "test")
        #expect(try await place.check("anna", "first password") == .wrong)
        guard case .right = try await place.check("anna", "second password") else {
            Issue.record("the new password is refused")
            return
        }
    }

    @Test("deleting erases the person, frees the name, and never gives the id to anybody else")
    func tombstone() async throws {
        let place = try await AccountPlace()
        let first = try await place.administration.add(
            username: "anna", claims: ["name": "Anna", "email": "anna@example.org"], password: "x", actor: "test"
        )
        _ = try await place.administration.delete(username: "anna", actor: "test")
        let tombstone = try #require(try await place.find(first.id))
        #expect(tombstone.status == .deleted)
        #expect(tombstone.username.isEmpty && tombstone.claims.isEmpty && tombstone.passwordHash == nil)
        #expect(try await place.find("anna") == nil)
        let second = try await place.add("Anna")
        #expect(second.id != first.id)
        _ = try await place.administration.delete(username: "anna", actor: "test")
        await #expect(throws: AdministrationRefusal.self) {
            try await place.administration.enable(username: "\u{7F}" + first.id.rawValue, actor: "test")
        }
    }

    @Test("a username is taken however it is written; nothing is changed then")
    func taken() async throws {
        let place = try await AccountPlace()
        try await place.add("anna")
        try await place.add("bert")
        await #expect(throws: AdministrationRefusal.self) { try await place.add("ANNA") }
        await #expect(throws: AdministrationRefusal.self) {
            try await place.administration.update(
                username: "bert", claims: ["name": "B"], newUsername: "Anna", actor: "test")
        }
        #expect(try await place.find("bert")?.claims.isEmpty == true)
    }

    @Test("claims are changed one by one, null removes, and a bad one changes nothing")
    func claims() async throws {
        let place = try await AccountPlace()
        try await place.add()
        let accounts = place.administration
        _ = try await accounts.update(username: "anna", claims: ["name": "Anna", "groups": ["a", "b"]], actor: "test")
        place.clock.advance(by: .seconds(5))
        let account = try await accounts.update(
            username: "ANNA", claims: ["name": .null, "groups": ["c"], "email": "a@b"], newUsername: "Anna",
            actor: "test"
        )
        #expect(account.claims == ["groups": ["c"], "email": "a@b"])
        #expect(account.username == "Anna")
        #expect(account.updatedAt == place.clock.now)
        await #expect(throws: AdministrationRefusal.self) {
            try await accounts.update(username: "anna", claims: ["email": "x@y", "emial": "z"], actor: "test")
        }
        #expect(try await place.find("anna")?.claims["email"] == "a@b")
    }

    @Test("who is not there is named", arguments: ["nobody", "", "\u{0}"])
    func unknown(_ name: String) async throws {
        let place = try await AccountPlace()
        await #expect(throws: AdministrationRefusal.self) {
            try await place.administration.disable(username: name, actor: "test")
        }
    }

    @Test("A-89: the audit trail tells every deed, and holds neither password nor hash")
    func audit() async throws {
        let place = try await AccountPlace()
        let anna = try await place.add(password: "hunter2")
        _ = try await place.administration.setPassword(username: "anna", password: "hunter3", actor: "operator:root")
        _ = try await place.administration.disable(username: "anna", actor: "operator:root")
        let rows = try await place.database.read { db in
            try db.rows("SELECT actor, action, object, detail FROM audit ORDER BY seq").map { row in
                let parts = try ["actor", "action", "object", "detail"].map { try row.value($0, as: String.self) }
                return parts.joined(separator: " ")
            }
        }
        #expect(rows.contains { $0.hasPrefix("operator:root account.password_set \(anna.id)") })
        #expect(rows.contains { $0.hasPrefix("operator:root account.disabled \(anna.id)") })
        #expect(!rows.joined().contains("hunter"))
        #expect(!rows.joined().contains("argon2"))
        #expect(!AccountReport.json(anna).serialized().contains("argon2"))
    }
}
