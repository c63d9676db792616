import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

/// Nothing that a stranger sends is a fault of ours: always an answer below 500, and a server that goes on.
@Suite("Hostile input", .serialized, .timeLimit(.minutes(5)))
struct HostileInputTests {
    /// Both dialects; a file is the same SQLite.
    private static let engines = DeliveryEngine.all.filter { $0 != .file }

    private static func request(
        _ method: String, _ path: String, _ parameters: String, authorization: String? = nil, port: Int
    ) -> [UInt8] {
        let target = method == "GET" && !parameters.isEmpty ? "\(path)?\(parameters)" : path
        var text = "\(method) \(target) HTTP/1.1\r\nHost: localhost:\(port)\r\nConnection: close\r\n"
        if let authorization { text += "Authorization: \(authorization)\r\n" }
        guard method == "POST" else { return Array((text + "\r\n").utf8) }
        text += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(parameters.utf8.count)\r\n\r\n"
        return Array((text + parameters).utf8)
    }

    private static func serving(
        _ engine: DeliveryEngine, _ body: @Sendable (TestProvider, TestClient, Int) async throws -> Void
    ) async throws {
        try await engine.run { place in
            await place.database.close()
            try await TestProvider.run(database: place.location) { provider in
                try await provider.addAccount("alice")
                let client = try await provider.addClient("one", ["client_id": "one"])
                let port = provider.parts.configuration.listen.port
                try await body(provider, client, port)
                // It has survived all of that, and still knows its people.
                let tokens = try await provider.signIn(try Browser(), client)
                #expect(try await provider.isActive(tokens.accessToken, client))
            }
        }
    }

    private static func send(_ bytes: [UInt8], _ port: Int, _ what: String, ends: Bool = false) async throws -> Int? {
        let status = try await RawConnection.status(of: bytes, port: port, ends: ends)
        #expect((status ?? 400) < 500, "\(what)")
        return status
    }

    @Test("A-11, A-20, A-89, §6: every parameter of every endpoint with every nasty value", arguments: engines)
    func values(_ engine: DeliveryEngine) async throws {
        try await Self.serving(engine) { _, client, port in
            for target in HostileInput.targets {
                for name in target.names {
                    for value in HostileInput.values {
                        let query = Self.companions(of: name, on: target, client) + "\(name)=\(value)"
                        let proof = name.hasPrefix("client_") ? nil : Self.authorization(for: target, client)
                        let bytes = Self.request(target.method, target.path, query, authorization: proof, port: port)
                        let status = try await Self.send(
                            bytes, port, "\(target.method) \(target.path) \(name)=\(value)")
                        #expect(status != nil, "\(target.path) \(name)=\(value)")
                    }
                }
            }
        }
    }

    private static func authorization(for target: HostileInput.Target, _ client: TestClient) -> String? {
        ["/oidc/token", "/oidc/introspect", "/oidc/revoke"].contains(target.path) ? client.basic["Authorization"] : nil
    }

    /// What must be right for the endpoint to come as far as the nasty value.
    private static func companions(of name: String, on target: HostileInput.Target, _ client: TestClient) -> String {
        var right: [(String, String)] = []
        switch target.path {
        case "/oidc/authorize":
            right = [
                ("client_id", client.id.rawValue), ("redirect_uri", client.redirectURI), ("response_type", "code"),
                ("code_challenge", TestProvider.challenge), ("code_challenge_method", "S256"), ("scope", "openid"),
            ]
        case "/oidc/token":
            let type = ["refresh_token", "scope"].contains(name) ? "refresh_token" : "authorization_code"
            right = [("grant_type", type), ("code", "x"), ("refresh_token", "x"), ("redirect_uri", client.redirectURI)]
        case "/oidc/introspect", "/oidc/revoke": right = [("token", "x")]
        default: break
        }
        let kept = right.filter { $0.0 != name }
        return kept.isEmpty ? "" : Parameters.encode(kept) + "&"
    }

    @Test("A-11, A-89, §6: whole bodies and queries that are no parameters", arguments: engines)
    func bodies(_ engine: DeliveryEngine) async throws {
        try await Self.serving(engine) { _, _, port in
            for target in HostileInput.targets {
                for body in HostileInput.bodies where target.method == "POST" || !body.contains("\u{0}") {
                    let bytes = Self.request(target.method, target.path, body, port: port)
                    let status = try await Self.send(bytes, port, "\(target.method) \(target.path) \(body)")
                    let isMachine = ["/oidc/token", "/oidc/introspect", "/oidc/revoke", "/oidc/userinfo"].contains(
                        target.path)
                    #expect(!isMachine || (400..<500).contains(status ?? 0), "\(target.path) \(body)")
                }
            }
        }
    }

    @Test("A-89, §6: credentials that cannot be read are 4xx, on every engine", arguments: engines)
    func credentials(_ engine: DeliveryEngine) async throws {
        try await Self.serving(engine) { _, _, port in
            for path in ["/oidc/token", "/oidc/introspect", "/oidc/revoke", "/oidc/userinfo"] {
                for value in HostileInput.authorizations {
                    let form = "grant_type=refresh_token&refresh_token=x&token=x"
                    let bytes = Self.request("POST", path, form, authorization: value, port: port)
                    let status = try await Self.send(bytes, port, "\(path) \(value)")
                    #expect((400..<500).contains(status ?? 400), "\(path) \(value)")
                }
                for assertion in HostileInput.assertions {
                    let form = Parameters.encode([
                        ("client_assertion_type", ClientCredentials.assertionType), ("client_assertion", assertion),
                        ("grant_type", "client_credentials"), ("token", "x"),
                    ])
                    let status = try await Self.send(
                        Self.request("POST", path, form, port: port), port, "\(path) \(assertion)")
                    #expect((400..<500).contains(status ?? 0), "\(path) \(assertion)")
                }
            }
        }
    }

    @Test("A-40, A-89, §6: what is not HTTP, or not a form, is refused or cut off")
    func wire() async throws {
        try await Self.serving(.memory) { _, _, port in
            for text in HostileInput.wire("localhost:\(port)") {
                _ = try await Self.send(Array(text.utf8), port, text, ends: true)
            }
            for byte in UInt8.min...UInt8.max {
                let line =
                    Array("GET /login?a=".utf8) + [byte]
                    + Array(" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
                _ = try await Self.send(line, port, "byte \(byte) in the query", ends: true)
                let header = Array("GET /login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nUser-Agent: a".utf8) + [byte]
                _ = try await Self.send(header + Array("b\r\n\r\n".utf8), port, "byte \(byte) in a header", ends: true)
            }
        }
    }
}
