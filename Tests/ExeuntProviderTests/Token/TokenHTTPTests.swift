import ExeuntProvider
import Foundation
import HTTPTypes
import Hummingbird
import OpenIDTypes
import OutgoingHTTP
import Testing

@Suite("The token, UserInfo, introspection and revocation endpoints over HTTP")
struct TokenHTTPTests {
    static let formType: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]

    @Test("CO-13, B37, B1: a token answer is JSON that nobody may store, and readable by single-page applications")
    func headers() async throws {
        try await TokenEngine.memory.run { place in
            let http = TokenHTTP(place)
            let session = try await place.signIn().session
            let answer = try await http.post(
                "/oidc/token", TokenPlace.redemption(try await place.code(session)), as: "one")
            #expect(answer.status == 200)
            #expect(answer.header("Content-Type")?.hasPrefix("application/json") == true)
            #expect(answer.header("Cache-Control") == "no-store" && answer.header("Pragma") == "no-cache")
            #expect(answer.header("Access-Control-Allow-Origin") == "*")
            #expect(answer.header("Access-Control-Allow-Credentials") == nil)
            let refresh = try #require(answer.json?["refresh_token"]?.string)
            let next = try await http.post(
                "/oidc/token", [("grant_type", "refresh_token"), ("refresh_token", refresh)], as: "one"
            )
            #expect(next.status == 200 && next.header("Cache-Control") == "no-store")
        }
    }

    @Test("B28, CO-13: a reused code is 400, JSON and invalid_grant")
    func reuse() async throws {
        try await TokenEngine.memory.run { place in
            let http = TokenHTTP(place)
            let form = TokenPlace.redemption(try await place.code(try await place.signIn().session))
            _ = try await http.post("/oidc/token", form, as: "one")
            let again = try await http.post("/oidc/token", form, as: "one")
            #expect(again.status == 400 && again.json?["error"] == "invalid_grant")
            #expect(again.header("Cache-Control") == "no-store")
            #expect(again.header("Access-Control-Allow-Origin") == "*")
        }
    }

    static let unauthenticated: [(String, [(String, String)])] = [
        ("/oidc/token", [("grant_type", "client_credentials")]),
        ("/oidc/introspect", [("token", "x")]),
        ("/oidc/revoke", [("token", "x")]),
    ]

    @Test("RFC 6749 §5.2: a wrong secret is 401 with a challenge", arguments: unauthenticated)
    func challenge(_ path: String, _ form: [(String, String)]) async throws {
        try await TokenEngine.memory.run { place in
            let answer = try await TokenHTTP(place).post(path, form, as: "one", secret: "wrong")
            #expect(answer.status == 401 && answer.json?["error"] == "invalid_client")
            #expect(answer.header("WWW-Authenticate")?.hasPrefix("Basic") == true)
        }
    }

    @Test("RFC 6749 §3.2: parameters in the query are not looked at; other methods and bodies are refused")
    func shapes() async throws {
        try await TokenEngine.memory.run { place in
            let http = TokenHTTP(place)
            let query = try await http.send(
                .post, "/oidc/token?grant_type=client_credentials",
                headers: TokenHTTP.basic("one").merging(Self.formType)
            )
            #expect(query.status == 400 && query.json?["error"] == "invalid_request")
            #expect(try await http.send(.get, "/oidc/token?grant_type=client_credentials").status == 405)
            let json: HTTPFields = [.contentType: "application/json"]
            let wrongType = try await http.send(.post, "/oidc/token", headers: json, body: "{}")
            #expect(wrongType.status == 400 && wrongType.json?["error"] == "invalid_request")
            let twice = try await http.send(
                .post, "/oidc/token", headers: TokenHTTP.basic("one").merging(Self.formType),
                body: "grant_type=client_credentials&grant_type=client_credentials"
            )
            #expect(twice.status == 400 && twice.json?["error"] == "invalid_request")
        }
    }

    @Test("CORS: the browser's question is answered", arguments: ["/oidc/token", "/oidc/userinfo", "/oidc/revoke"])
    func preflight(_ path: String) async throws {
        try await TokenEngine.memory.run { place in
            let answer = try await TokenHTTP(place).send(.options, path)
            #expect(answer.status == 204)
            #expect(answer.header("Access-Control-Allow-Origin") == "*")
            #expect(answer.header("Access-Control-Allow-Headers")?.contains("Authorization") == true)
            #expect(answer.header("Access-Control-Allow-Methods")?.contains("POST") == true)
        }
    }

    @Test("No CORS at the introspection endpoint: it is for servers")
    func introspectionCORS() async throws {
        try await TokenEngine.memory.run { place in
            let answer = try await TokenHTTP(place).post("/oidc/introspect", [("token", "x")], as: "one")
            #expect(answer.status == 200 && answer.json == ["active": false])
            #expect(answer.header("Access-Control-Allow-Origin") == nil)
            #expect(answer.header("Cache-Control") == "no-store")
        }
    }

    @Test("B5, B6, B7: UserInfo by GET, by POST with the header, and by POST with the form")
    func userInfo() async throws {
        try await TokenEngine.memory.run { place in
            let http = TokenHTTP(place)
            let access = try await place.tokens(try await place.signIn().session).access
            let bearer: HTTPFields = [.authorization: "Bearer \(access)"]
            let answers = [
                try await http.send(.get, "/oidc/userinfo", headers: bearer),
                try await http.send(.post, "/oidc/userinfo", headers: bearer),
                try await http.send(
                    .post, "/oidc/userinfo", headers: Self.formType,
                    body: OpenIDTypes.Parameters.encode([("access_token", access)])
                ),
            ]
            for answer in answers {
                #expect(answer.status == 200)
                #expect(answer.header("Content-Type")?.hasPrefix("application/json") == true)
                #expect(answer.header("Cache-Control") == "no-store")
                #expect(answer.header("Access-Control-Allow-Origin") == "*")
                #expect(answer.json?["sub"]?.string == "anna" && answer.json?["email"]?.string == "anna@example.org")
            }
        }
    }

    @Test("CO-20, A-80: UserInfo refuses what is not valid (any more), and never looks into the query")
    func userInfoRefused() async throws {
        try await TokenEngine.memory.run { place in
            let http = TokenHTTP(place)
            let session = try await place.signIn().session
            let access = try await place.tokens(session).access
            let without = try await place.tokens(session, scope: ["email"]).access
            let query = try await http.send(.get, "/oidc/userinfo?access_token=\(access)")
            #expect(query.status == 401 && query.header("WWW-Authenticate") == "Bearer realm=\"exeunt\"")
            let narrow = try await http.send(.get, "/oidc/userinfo", headers: [.authorization: "Bearer \(without)"])
            #expect(narrow.status == 403)
            #expect(narrow.header("WWW-Authenticate")?.contains("error=\"insufficient_scope\"") == true)
            try await place.end(.session(session.id))
            let dead = try await http.send(.get, "/oidc/userinfo", headers: [.authorization: "Bearer \(access)"])
            #expect(dead.status == 401 && dead.json?["error"] == "invalid_token")
            #expect(dead.header("WWW-Authenticate")?.contains("error=\"invalid_token\"") == true)
            let form = OpenIDTypes.Parameters.encode([("access_token", access)])
            let both = try await http.send(
                .post, "/oidc/userinfo", headers: Self.formType.merging([.authorization: "Bearer \(access)"]),
                body: form
            )
            #expect(both.status == 400)
        }
    }

    @Test("RFC 7009 §2.2: 200 for what was revoked and for what is unknown")
    func revocation() async throws {
        try await TokenEngine.memory.run { place in
            let http = TokenHTTP(place)
            let access = try await place.tokens(try await place.signIn().session).access
            for token in [access, access, "unknown"] {
                let answer = try await http.post("/oidc/revoke", [("token", token)], as: "one")
                #expect(answer.status == 200)
                #expect(answer.header("Access-Control-Allow-Origin") == "*")
            }
            #expect(try await !place.isAlive(access))
        }
    }

    @Test("A-89: malformed requests are refused with 4xx, whatever they hold", arguments: TokenHTTP.malformed)
    func malformed(_ body: String) async throws {
        try await TokenEngine.memory.run { place in
            let http = TokenHTTP(place)
            for path in ["/oidc/token", "/oidc/userinfo", "/oidc/introspect", "/oidc/revoke"] {
                let answer = try await http.send(.post, path, headers: Self.formType, body: body)
                #expect((400...499).contains(answer.status), "\(path)")
                #expect(answer.json?["error"]?.string != nil, "\(path)")
            }
        }
    }
}

/// Requests through the provider's whole router.
struct TokenHTTP: Sendable {
    static let malformed = [
        "", "=", "%zz=1", "token=%ff", "grant_type=authorization_code&code=%00", "a=1&a=2",
        "grant_type=refresh_token&refresh_token=" + String(repeating: "x", count: 70_000),
        "client_id=\u{1F600}&grant_type=client_credentials&token=x",
        "client_assertion_type=x&client_assertion=a.b.c&token=x&grant_type=client_credentials",
        (0..<200).map { "p\($0)=1" }.joined(separator: "&"),
    ]

    let place: TokenPlace
    private let provider: Provider

    init(_ place: TokenPlace) {
        self.place = place
        provider = Provider(parts: place.parts)
    }

    static func basic(_ client: String, _ secret: String? = nil) -> HTTPFields {
        let pair = Data("\(client):\(secret ?? "\(client)-secret")".utf8).base64EncodedString()
        return [.authorization: "Basic \(pair)"]
    }

    func post(
        _ path: String, _ form: [(String, String)], as client: String, secret: String? = nil
    ) async throws -> Heard {
        try await send(
            .post, path, headers: Self.basic(client, secret).merging(TokenHTTPTests.formType),
            body: OpenIDTypes.Parameters.encode(form)
        )
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: String = ""
    ) async throws -> Heard {
        let request = Request.make(method, path, headers: headers, body: body)
        let context = ProviderContext(peer: IPAddress("192.0.2.7"), logger: TokenPlace.logger)
        return try await Heard(try await provider.responder.respond(to: request, context: context))
    }
}

extension HTTPFields {
    func merging(_ other: HTTPFields) -> HTTPFields {
        var result = self
        for field in other { result.append(field) }
        return result
    }
}
