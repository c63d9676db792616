import ExeuntProvider
import HTTPTypes
import Hummingbird
import HummingbirdCore
import OpenIDTypes
import Testing

@Suite("Reading requests, building answers")
struct RequestTests {
    @Test(
        "A-61: two cookies of one name are none",
        arguments: [
            ([], CookieValue.none), (["a=1"], .one("1")), (["b=2; a=1"], .one("1")), ([" a = 1 "], .one("1")),
            (["a=1; a=1"], .several), (["a=1", "a=2"], .several), (["a=1; b=2; a=3"], .several),
            (["aa=1"], .none), (["A=1"], .none), (["a"], .none), (["a="], .one("")), (["a=b=c"], .one("b=c")),
            (["__Host-a=1"], .none), ([";;a=1;"], .one("1")),
        ] as [([String], CookieValue)]
    )
    func cookies(headers: [String], expected: CookieValue) {
        var fields = HTTPFields()
        for header in headers { fields.append(HTTPField(name: .cookie, value: header)) }
        let value = Request.make(headers: fields).cookie("a")
        #expect(value == expected)
        if value == .several { #expect(value.single == nil) }
    }

    @Test(
        "A-15: what a browser fetches ahead of time is recognised",
        arguments: [
            ("Sec-Purpose", "prefetch", true), ("Sec-Purpose", "prefetch;prerender", true),
            ("Purpose", "Prefetch", true), ("X-Moz", "prefetch", true), ("Sec-Purpose", "", false),
            ("Sec-Fetch-Mode", "navigate", false),
        ]
    )
    func prefetch(name: String, value: String, expected: Bool) throws {
        let field = try #require(HTTPField.Name(name))
        #expect(Request.make(headers: [field: value]).isPrefetch == expected)
    }

    @Test(
        "The bearer token of RFC 6750 §2.1, and nothing like it",
        arguments: [
            (["Bearer abc"], "abc"), (["bearer  abc "], "abc"), (["Basic abc"], nil), (["Bearer"], nil),
            (["Bearer "], nil), (["Bearer a", "Bearer b"], nil), ([], nil),
        ] as [([String], String?)]
    )
    func bearer(headers: [String], expected: String?) {
        var fields = HTTPFields()
        for header in headers { fields.append(HTTPField(name: .authorization, value: header)) }
        #expect(Request.make(headers: fields).bearerToken == expected)
    }

    @Test(
        "A body is a form of at most 64 KiB, or refused",
        arguments: [
            ("application/x-www-form-urlencoded", 10, nil),
            ("application/x-www-form-urlencoded; charset=UTF-8", 10, nil),
            ("APPLICATION/X-WWW-FORM-URLENCODED", 10, nil), ("application/json", 10, .contentTypeNotForm),
            ("multipart/form-data", 10, .contentTypeNotForm), ("", 10, .contentTypeNotForm),
            ("application/x-www-form-urlencoded", 65_537, .bodyTooLarge),
        ] as [(String, Int, RequestRefusal?)]
    )
    func form(type: String, size: Int, refusal: RequestRefusal?) async throws {
        let body = "a=" + String(repeating: "x", count: size - 2)
        let request = Request.make(.post, headers: [.contentType: type], body: body)
        do {
            let parameters = try await request.formParameters()
            #expect(refusal == nil)
            #expect(parameters["a"]?.count == size - 2)
        } catch let refused as RequestRefusal {
            #expect(refused == refusal)
        }
    }

    @Test("A body that says its length is refused before it is read")
    func announced() async throws {
        let fields: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .contentLength: "70000"]
        await #expect(throws: RequestRefusal.bodyTooLarge) {
            try await Request.make(.post, headers: fields, body: "a=1").formParameters()
        }
    }

    @Test("A duplicated parameter is refused in query and form alike (RFC 6749 §3.1)")
    func duplicates() async throws {
        #expect(throws: ParameterRefusal.self) { try Request.make(.get, "/x?a=1&a=2").queryParameters() }
        let fields: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        await #expect(throws: ParameterRefusal.self) {
            try await Request.make(.post, headers: fields, body: "a=1&a=2").formParameters()
        }
    }

    @Test("CO-17, A-30: every redirect of ours is a 303 that nobody stores")
    func redirects() {
        let response = Answer.seeOther("https://rp.example/cb", setCookies: ["a=1", "b=2"])
        #expect(response.status == .seeOther)
        #expect(response.headers[.location] == "https://rp.example/cb")
        #expect(response.headers[values: .setCookie] == ["a=1", "b=2"])
        #expect(response.headers[.cacheControl] == "no-store")
    }

    @Test("A-20: a location cannot bring a header of its own")
    func injection() {
        let response = Answer.seeOther("https://rp.example/\r\nSet-Cookie: a=1")
        let location = response.headers[.location] ?? ""
        #expect(!location.contains("\r") && !location.contains("\n"))
    }

    @Test("CO-13: JSON answers are not stored unless they say so")
    func noStore() {
        #expect(Answer.json(["a": 1]).headers[.cacheControl] == "no-store")
        #expect(Answer.json(["a": 1]).headers[.pragma] == "no-cache")
        #expect(Answer.json(["a": 1], noStore: false).headers[.cacheControl] == nil)
    }

    @Test("An error's description holds only what RFC 6749 §5.2 allows")
    func description() async throws {
        struct Odd: Refusal {
            let id = "odd", publicText = "a \"quoted\" \\ näme\n", section = "", code = OAuthErrorCode.invalidRequest
        }
        let heard = try await Heard(JSONErrors.response(for: Odd()))
        #expect(heard.json?["error_description"]?.string == "a 'quoted' ? n?me?")
        #expect(heard.json?["error"]?.string == "invalid_request")
        #expect(heard.status == 400)
    }

    @Test("A 401 always has a challenge")
    func challenge() {
        struct Unknown: Refusal {
            let id = "unknown", publicText = "No.", section = "", code = OAuthErrorCode.invalidClient, status = 401
        }
        #expect(JSONErrors.response(for: Unknown()).headers[.wwwAuthenticate] == "Basic realm=\"exeunt\"")
        let bearer = JSONErrors.bearerChallenge(for: Unknown())
        let answer = JSONErrors.response(for: Unknown(), challenge: bearer)
        #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer ") == true)
    }

    @Test("The binding cookie is this browser's alone", arguments: [true, false])
    func binding(isSecure: Bool) throws {
        let issuer = try Issuer(isSecure ? "https://op.example" : "http://localhost:1")
        let binding = BrowserBinding(issuer: issuer)
        let first = binding.ensure(.make())
        let cookie = try #require(first.setCookie)
        #expect(cookie.hasPrefix(isSecure ? "__Host-exeunt-b-" : "exeunt-b-"))
        #expect(cookie.contains("; Path=/; HttpOnly; SameSite=Lax") && cookie.hasSuffix("; Secure") == isSecure)
        let pair = String(cookie.prefix { $0 != ";" })
        let again = Request.make(headers: [.cookie: pair])
        #expect(binding.read(again) == first.hash)
        #expect(binding.ensure(again).setCookie == nil)
        #expect(binding.read(.make(headers: [.cookie: pair + "; " + pair])) == nil)
        #expect(binding.read(.make(headers: [.cookie: pair + "x"])) == nil)
        #expect(binding.ensure(.make()).hash != first.hash)
    }
}
