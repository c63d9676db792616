import ExeuntProvider
import HTTPTypes
import Hummingbird
import HummingbirdCore
import OpenIDTypes
import OutgoingHTTP
import Testing

@Suite("Headers that come in and go out")
struct HeaderTests {
    @Test("A-17, CO-11: no answer of any path may be framed, sniffed or leave a referrer")
    func everyAnswer() async throws {
        let place = try await ServerPlace()
        let paths = Set(place.provider.router.routes.map(\.path.description)).map { $0 } + ["/nowhere"]
        for path in paths {
            for method in [HTTPRequest.Method.get, .post, .put] {
                let answer = try await place.send(method, path)
                #expect(answer.header("X-Frame-Options") == "DENY", "\(method) \(path)")
                #expect(answer.header("Content-Security-Policy")?.contains("frame-ancestors 'none'") == true)
                #expect(answer.header("X-Content-Type-Options") == "nosniff")
                #expect(answer.header("Referrer-Policy") == "no-referrer")
                #expect(answer.header("Strict-Transport-Security") == "max-age=31536000")
            }
        }
        await place.close()
    }

    @Test("HSTS is only said by an https issuer")
    func plain() async throws {
        let place = try await ServerPlace(issuer: "http://localhost:8080") { $0.development = true }
        #expect(try await place.get("/").header("Strict-Transport-Security") == nil)
        await place.close()
    }

    @Test("A request without a Host, or with two, is refused")
    func host() async throws {
        let place = try await ServerPlace()
        let second: HTTPFields = [.hostField: "other.example"]
        #expect(try await place.send(.get, "/", authority: nil).status == 400)
        #expect(try await place.send(.get, "/", authority: "").status == 400)
        #expect(try await place.send(.get, "/", headers: second).status == 400)
        #expect(try await place.send(.get, "/nowhere", headers: second).status == 400)
        #expect(try await place.send(.get, "/", authority: "whatever.example").status == 200)
        await place.close()
    }

    @Test("Our own addresses come from the issuer, whatever the request says")
    func issuerDecides() async throws {
        let place = try await ServerPlace()
        let lies: HTTPFields = [.forwardedProto: "http", HTTPField.Name("X-Forwarded-Host")!: "evil.example"]
        let path = "/.well-known/openid-configuration"
        let answer = try await place.send(.get, path, authority: "evil.example", headers: lies)
        #expect(answer.json?["issuer"]?.string == "https://op.example")
        #expect(!answer.text.contains("evil"))
        await place.close()
    }

    @Test(
        "The client's address is what the outermost trusted proxy saw",
        arguments: [
            ("192.0.2.1", [], "192.0.2.1"),
            ("192.0.2.1", ["203.0.113.5"], "192.0.2.1"),  // an untrusted peer's word
            ("10.0.0.1", [], "10.0.0.1"),
            ("10.0.0.1", ["203.0.113.5"], "203.0.113.5"),
            ("10.0.0.1", ["6.6.6.6, 203.0.113.5"], "203.0.113.5"),  // what the client itself claimed
            ("10.0.0.1", ["6.6.6.6", "203.0.113.5, 10.0.0.2"], "203.0.113.5"),
            ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", ["203.0.113.5:4711"], "203.0.113.5"),
            ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
            ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
            ("10.0.0.1", ["203.0.113.5, nonsense"], "10.0.0.1"),
            ("10.0.0.1", ["203.0.113.5, "], "10.0.0.1"),
            ("::ffff:10.0.0.1", ["203.0.113.5"], "203.0.113.5"),
            ("fd00::1", ["203.0.113.5"], "203.0.113.5"),
        ] as [(String, [String], String)]
    )
    func clientAddress(peer: String, forwarded: [String], expected: String) throws {
        let trusted = [try CIDR("10.0.0.0/8"), try CIDR("fd00::/8")]
        let client = TrustedProxies.client(peer: IPAddress(peer), forwarded: forwarded, trusted: trusted)
        #expect(client == IPAddress(expected))
    }

    @Test(
        "Behind a trusted proxy an https issuer is not served over http",
        arguments: [
            ("10.0.0.1", "http", 400), ("10.0.0.1", "https", 200), ("10.0.0.1", "HTTPS", 200),
            ("10.0.0.1", "https, http", 400), ("192.0.2.1", "http", 200),
        ]
    )
    func forwardedProto(peer: String, proto: String, status: Int) async throws {
        let place = try await ServerPlace { $0.trustedProxies = [try CIDR("10.0.0.0/8")] }
        let answer = try await place.send(.get, "/", headers: [.forwardedProto: proto], peer: peer)
        #expect(answer.status == status)
        await place.close()
    }

    @Test(
        "Where endpoints are under an issuer with a path",
        arguments: [
            ("/id", "/"), ("/id/", "/"), ("/id/oidc/token", "/oidc/token"), ("/id/login?a=/id", "/login?a=/id"),
            ("/.well-known/oauth-authorization-server/id", "/.well-known/oauth-authorization-server"),
            ("/id/.well-known/openid-configuration", "/.well-known/openid-configuration"),
            ("/", nil), ("/login", nil), ("/identity", nil), ("/id?x", "/?x"),
        ] as [(String, String?)]
    )
    func issuerPath(path: String, expected: String?) {
        #expect(IssuerPathRules.inner(path, issuerPath: "/id") == expected)
    }

    @Test("An issuer with a path serves everything under it, and nothing beside it")
    func issuerWithPath() async throws {
        let place = try await ServerPlace(issuer: "https://op.example/id")
        let home = try await place.get("/id/")
        #expect(home.status == 200)
        #expect(home.text.contains("href=\"/id/assets/exeunt.css?v="))
        #expect(try await place.get("/").status == 404)
        #expect(try await place.get("/id/health/live").status == 200)
        await place.close()
    }
}
