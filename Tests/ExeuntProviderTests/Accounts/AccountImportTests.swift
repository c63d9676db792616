import ExeuntProvider
import OpenIDTypes
import SQLStore
import Synchronization
import Testing

@Suite("Importing accounts", .timeLimit(.minutes(1)))
struct AccountImportTests {
    private static func run(_ text: String, _ place: AccountPlace) async throws -> AccountImport.Report {
        try await place.importer.run(Array(text.utf8), actor: "test") { _, _ in }
    }

    @Test("JSON lines: whole records or none, errors by line, the others are imported")
    func lines() async throws {
        let place = try await AccountPlace()
        let text = """
            {"username": "anna", "email": "anna@example.org", "groups": ["staff"], "password": "first"}

            {"username": "bert", "emial": "x"}
            {"username": "carl", "claims": {"name": "Carl"}, "disabled": true}
            not json
            {"username": "ANNA"}
            {"email": "a@b"}
            {"username": "dora", "password_hash": "$2b$10$x"}
            {"username": "emil", "password": "x", "password_hash": "y"}
            {"username": "emil", "username": "emil"}
            """
        let report = try await Self.run(text, place)
        #expect(report.imported == 2)
        #expect(report.problems.map(\.line) == [3, 5, 6, 7, 8, 9, 10])
        let anna = try #require(try await place.find("anna"))
        #expect(anna.claims == ["email": "anna@example.org", "groups": ["staff"]])
        #expect(try await place.check("anna", "first") == .right(anna))
        #expect(try await place.find("carl")?.status == .disabled)
        #expect(try await place.find("carl")?.claims["name"] == "Carl")
        for name in ["bert", "dora", "emil"] { #expect(try await place.find(name) == nil) }
    }

    @Test("one JSON array, with the line in which each element begins")
    func array() async throws {
        let place = try await AccountPlace()
        let text = """
            [
              {"username": "anna",
               "name": "An[n]a \\" , {"},
              {"username": "bert", "name": 1}, {"username": "carl"},

              7
            ]
            """
        let report = try await Self.run(text, place)
        #expect(report.imported == 2)
        #expect(report.problems.map(\.line) == [4, 6])
        #expect(try await place.find("anna")?.claims["name"] == "An[n]a \" , {")
    }

    @Test("a hash from elsewhere opens the account, and is renewed")
    func hashes() async throws {
        let place = try await AccountPlace()
        let hash = try await PasswordHasher(parameters: PasswordParameters(memory: 32, iterations: 2, lanes: 2)).hash(
            "old")
        let record: JSONValue = ["username": "anna", "password_hash": .string(hash)]
        #expect(try await Self.run(record.serialized(), place).imported == 1)
        guard case .right(let account) = try await place.check("anna", "old") else {
            Issue.record("the imported password is refused")
            return
        }
        #expect(account.passwordHash?.contains("m=8,t=1,p=1") == true)
    }

    @Test("what is no import at all imports nothing", arguments: ["", "  \n ", "[", "[{\"username\": \"a\"}", "[] x"])
    func nothing(_ text: String) async throws {
        let place = try await AccountPlace()
        await #expect(throws: AdministrationRefusal.self) { try await Self.run(text, place) }
        #expect(try await place.find("a") == nil)
    }

    @Test("an empty array is an import of nothing")
    func emptyArray() async throws {
        let report = try await Self.run("[ ]", try await AccountPlace())
        #expect(report == AccountImport.Report())
    }

    @Test("progress is told while it goes on, to the end")
    func progress() async throws {
        let place = try await AccountPlace()
        let lines = (0..<450).map { "{\"username\": \"user\($0)\"}" }.joined(separator: "\n")
        let told = Mutex<[Int]>([])
        let report = try await place.importer.run(Array(lines.utf8), actor: "test") { done, all in
            #expect(all == 450)
            told.withLock { $0.append(done) }
        }
        #expect(report.imported == 450)
        #expect(told.withLock { $0 } == [200, 400, 450])
        let page = try await place.database.read { db in try AccountDirectory().list(after: "user449", limit: 3, in: db)
        }
        #expect(page.map(\.username) == ["user45", "user46", "user47"])
    }
}
