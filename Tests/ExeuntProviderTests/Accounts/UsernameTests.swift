import ExeuntProvider
import Testing

@Suite("Usernames")
struct UsernameTests {
    @Test(
        "one person, however the name is typed",
        arguments: [
            ("anna", "ANNA"), ("Ａnna", "anna"), ("Jose\u{301}", "José"), ("ﬁnn", "Finn"), ("ΣΟΦΙΑ", "σοφια"),
        ]
    )
    func same(_ a: String, _ b: String) throws {
        #expect(try Username(a).key == Username(b).key)
    }

    @Test("different people", arguments: [("anna", "ana"), ("a b", "ab"), ("anna", "anna.")])
    func different(_ a: String, _ b: String) throws {
        #expect(try Username(a).key != Username(b).key)
    }

    @Test("what was typed is kept for display")
    func display() throws { #expect(try Username("Anna Muster").text == "Anna Muster") }

    @Test(
        "what cannot be a username",
        arguments: [
            "", " anna", "anna ", "an\u{0}na", "an\nna", "an\u{200B}na", "an\u{202E}na", "an\u{A0}na", "\u{7F}deleted",
            "\u{E000}", String(repeating: "a", count: 129), "a" + String(repeating: "\u{301}", count: 300),
        ]
    )
    func refused(_ text: String) {
        #expect(throws: Username.Problem.self) { try Username(text) }
    }

    @Test("the longest name is allowed")
    func longest() throws { #expect(try Username(String(repeating: "a", count: 128)).key.count == 128) }
}
