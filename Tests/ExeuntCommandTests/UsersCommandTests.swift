import Foundation
import OpenIDTypes
import Testing

@Suite("exeunt users", .timeLimit(.minutes(2)))
struct UsersCommandTests {
    private static func place() async throws -> CommandPlace {
        let place = try CommandPlace()
        let migrated = try await place.run("migrate", "--json")
        try #require(migrated.status == 0, "\(migrated)")
        return place
    }

    @Test("the life of an account, each step one JSON value and status 0")
    func life() async throws {
        let place = try await Self.place()
        let added = try await place.run(
            "users", "add", "anna", "--password-stdin", "--email", "anna@example.org", "--email-verified", "--name",
            "Anna Muster", "--group", "staff", "--group", "admins", "--json", input: "first\n"
        )
        #expect(added.status == 0, "\(added)")
        #expect(added.json?["username"] == "anna")
        #expect(added.json?["status"] == "active")
        #expect(added.json?["has_password"] == true)
        #expect(
            added.json?["claims"] == [
                "email": "anna@example.org", "email_verified": true, "name": "Anna Muster",
                "groups": ["staff", "admins"],
            ]
        )
        let file = try place.write(#"{"birthdate": "1980-02-29", "name": null}"#, as: "claims.json")
        let updated = try await place.run("users", "update", "anna", "--claims", file, "--group", "staff", "--json")
        #expect(updated.json?["claims"]?["birthdate"] == "1980-02-29")
        #expect(updated.json?["claims"]?["name"] == nil)
        #expect(updated.json?["claims"]?["groups"] == ["staff"])
        let disabled = try await place.run("users", "disable", "ANNA", "--json")
        #expect(disabled.json?["status"] == "disabled")
        #expect(disabled.json?["logout"] == .null)
        #expect(try await place.run("users", "enable", "anna", "--json").json?["status"] == "active")
        let password = try await place.run(
            "users", "set-password", "anna", "--password-stdin", "--json", input: "second")
        #expect(password.status == 0 && password.json?["username"] == "anna")
        #expect(try await place.run("users", "show", "anna", "--json").json?["id"] == added.json?["id"])
        #expect(try await place.run("users", "list", "--json").json?.array?.count == 1)
        #expect(try await place.run("users", "delete", "anna", "--json").json?["status"] == "deleted")
        #expect(try await place.run("users", "list", "--json").json == [])
        #expect(try await place.run("users", "show", "anna").status == 1)
    }

    @Test("tables for people; what others wrote cannot control the terminal")
    func tables() async throws {
        let place = try await Self.place()
        #expect(try await place.run("users", "list").output == "There are no accounts.\n")
        let name = "Anna \u{1B}[31mMuster"
        _ = try await place.run("users", "add", "anna", "--no-password", "--name", name)
        let list = try await place.run("users", "list")
        #expect(list.output.hasPrefix("USERNAME  STATUS"))
        #expect(list.output.contains("anna"))
        #expect(!list.output.contains("\u{1B}"))
    }

    @Test(
        "what is refused: status not 0, nothing on standard output, one sentence on standard error",
        arguments: [
            (["users", "add", "anna", "--no-password"], "taken"),
            (["users", "add", " x", "--no-password"], "cannot be a username"),
            (["users", "add", "bert", "--no-password", "--email", "nonsense"], "email must be an email address"),
            (["users", "add", "bert"], "--password-stdin"),
            (["users", "add", "bert", "--password-stdin"], "no password on standard input"),
            (["users", "add", "bert", "--no-password", "--claims", "/nowhere"], "cannot be read"),
            (["users", "disable", "nobody"], "There is no account"),
            (["users", "update", "anna"], "Nothing to change"),
            (["users", "import", "/nowhere"], "cannot be read"),
            (["users", "add", "bert", "--password", "secret"], "Unknown option '--password'"),
        ]
    )
    func refusals(_ arguments: [String], _ words: String) async throws {
        let place = try await Self.place()
        _ = try await place.run("users", "add", "anna", "--no-password")
        let outcome = try await place.run(arguments + ["--json"])
        #expect(outcome.status != 0)
        #expect(outcome.output.isEmpty)
        #expect(outcome.messages.contains(words), "\(outcome)")
    }

    @Test("an import with bad records: the good ones are in, the bad ones are named, the status is 1")
    func partialImport() async throws {
        let place = try await Self.place()
        let lines = "{\"username\": \"anna\"}\n{\"username\": 7}\n{\"username\": \"bert\", \"emial\": \"x\"}\n"
        let outcome = try await place.run("users", "import", "-", "--json", input: lines)
        #expect(outcome.status == 1)
        #expect(outcome.json?["imported"] == 1)
        #expect(outcome.json?["errors"]?.array?.compactMap { $0["line"] } == [2, 3])
        #expect(outcome.messages.contains("line 3: emial is not a standard claim; did you mean email?"))
        #expect(outcome.messages.contains("3 of 3"))
        let good = try await place.run("users", "import", "-", "--json", input: "[{\"username\": \"carl\"}]")
        #expect(good.status == 0 && good.json?["errors"] == [])
    }
}
