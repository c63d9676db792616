import ExeuntProvider
import Testing

@Suite("The issuer")
struct IssuerTests {
    @Test(
        "is kept byte for byte, and taken apart as browsers do it",
        arguments: [
            ("https://id.example.org", "id.example.org", 443, "https://id.example.org", ""),
            ("https://id.example.org:8443/realm", "id.example.org", 8443, "https://id.example.org:8443", "/realm"),
            ("http://localhost:8080", "localhost", 8080, "http://localhost:8080", ""),
            ("http://one.localhost", "one.localhost", 80, "http://one.localhost", ""),
            ("https://[::1]:8443", "::1", 8443, "https://[::1]:8443", ""),
        ]
    )
    func parts(_ text: String, _ host: String, _ port: Int, _ origin: String, _ path: String) throws {
        let issuer = try Issuer(text)
        #expect(issuer.text == text)
        #expect(issuer.host == host)
        #expect(issuer.port == port)
        #expect(issuer.origin == origin)
        #expect(issuer.path == path)
        #expect(issuer.url("/oidc/jwks") == text + "/oidc/jwks")
        #expect(issuer.isSecure == text.hasPrefix("https"))
    }

    @Test(
        "is refused if applications could compare it wrongly",
        arguments: [
            "", "id.example.org", "ftp://id.example.org", "HTTPS://id.example.org", "https://ID.example.org",
            "https://id.example.org/", "https://id.example.org/realm/", "https://id.example.org?x=1",
            "https://id.example.org#x", "https://user@id.example.org", "https://id.example.org:443",
            "http://localhost:80", "https://id.example.org:0", "https://id.example.org:65536",
            "https://id.example.org:",
            "https://", "https://:8443", "https://id.example.org/a//b", "https://id.example.org/../b",
            "https://id.example.org/a%2fb", "https://id example.org", "https://bücher.example", "https://a_b.example",
            "https://[::1", "https://[id]", "https://id.example.org/" + String(repeating: "x", count: 300),
        ]
    )
    func refused(_ text: String) {
        #expect(throws: Issuer.Problem.self) { try Issuer(text) }
    }

    @Test("Cookies ignore ports: issuers on one host have different hashes of eight characters")
    func cookieHash() throws {
        let (a, b) = (try Issuer("http://localhost:8080"), try Issuer("http://localhost:8081"))
        #expect(a.cookieHash.count == 8)
        #expect(a.cookieHash != b.cookieHash)
        #expect(try Issuer("http://localhost:8080").cookieHash == a.cookieHash)
    }

    @Test(
        "knows this machine by name and by number only",
        arguments: [
            ("http://localhost", true), ("http://a.localhost", true), ("http://127.0.0.1", true),
            ("http://[::1]", true),
            ("http://localhost.example", false), ("http://127.0.0.2", false), ("http://notlocalhost", false),
        ]
    )
    func loopback(_ text: String, _ expected: Bool) throws {
        #expect(try Issuer(text).isLoopback == expected)
    }
}
