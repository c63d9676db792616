import ExeuntProvider
import Testing

@Suite("Password hashes", .timeLimit(.minutes(1)))
struct PasswordHasherTests {
    static let tiny = PasswordParameters(memory: 8, iterations: 1, lanes: 1)

    @Test("a hash is a PHC string with the parameters, has a salt of its own, and verifies its password alone")
    func roundTrip() async throws {
        let hasher = PasswordHasher(parameters: Self.tiny)
        let first = try await hasher.hash("correct horse")
        let second = try await hasher.hash("correct horse")
        #expect(first.hasPrefix("$argon2id$v=19$m=8,t=1,p=1$"))
        #expect(first != second)
        #expect(try await hasher.verify("correct horse", against: first))
        #expect(try await !hasher.verify("correct horsf", against: first))
        #expect(try await !hasher.verify("", against: first))
        #expect(try await !hasher.verify("correct horse", against: nil))
    }

    @Test("the default costs 19 MiB and two passes")
    func defaults() async throws {
        let hash = try await PasswordHasher().hash("x")
        #expect(hash.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    }

    @Test("the same password, composed or decomposed, is the same")
    func normalisation() async throws {
        let hasher = PasswordHasher(parameters: Self.tiny)
        let hash = try await hasher.hash("Jose\u{301}")
        #expect(try await hasher.verify("Jos\u{E9}", against: hash))
    }

    @Test(
        "a hash of another cost or variant is replaced at the next sign-in",
        arguments: [
            ("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA", false),
            ("$argon2id$v=19$m=16,t=1,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA", true),
            ("$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA", true),
            ("nonsense", true),
        ]
    )
    func rehash(_ stored: String, _ expected: Bool) {
        #expect(PasswordHasher(parameters: Self.tiny).needsRehash(stored) == expected)
    }

    @Test(
        "passwords that are empty or too long are refused when set",
        arguments: ["", String(repeating: "x", count: 1025), "a\u{0}b"])
    func unusable(_ password: String) async {
        let hasher = PasswordHasher(parameters: Self.tiny)
        await #expect(throws: PasswordHasher.Failure.unusablePassword) { try await hasher.hash(password) }
    }

    @Test("beyond its queue the hasher refuses instead of letting memory grow")
    func overloaded() async throws {
        let slow = PasswordHasher(
            parameters: PasswordParameters(memory: 1024, iterations: 3, lanes: 1), maximumWaiting: 3)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do {
                        _ = try await slow.verify("x", against: nil)
                        return false
                    } catch {
                        return error as? PasswordHasher.Failure == .overloaded
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.contains(true))
        #expect(outcomes.contains(false))
        // The queue is empty again, so that the next one is served.
        #expect(try await !slow.verify("x", against: nil))
    }

    @Test(
        "an imported hash must be Argon2 with bearable costs",
        arguments: [
            ("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA", true),
            ("$argon2i$v=19$m=4096,t=3,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA", true),
            ("$argon2d$v=19$m=4096,t=3,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA", false),
            ("$argon2id$v=16$m=4096,t=3,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA", false),
            ("$argon2id$v=19$m=4194304,t=3,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA", false),
            ("$argon2id$v=19$m=4096,t=1000,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA", false),
            ("$argon2id$v=19$m=8,t=1,p=2$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA", false),
            ("$argon2id$v=19$m=4096,t=3,p=1$c2FsdA$AAAA", false), ("$2b$12$abcdefghijklmnopqrstuv", false), ("", false),
        ]
    )
    func records(_ text: String, _ isUsable: Bool) {
        #expect((PasswordRecord(text) != nil) == isUsable)
    }
}
