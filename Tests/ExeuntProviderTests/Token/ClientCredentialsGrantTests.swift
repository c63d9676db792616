import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("A client of its own accord")
struct ClientCredentialsGrantTests {
    static let form = [("grant_type", "client_credentials")]

    @Test("RFC 6749 §4.4: an access token and nothing else")
    func plain() async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient("robot", ["scope": "read write", "exeunt_offline": false])
            let answer = try await place.ask("robot", Self.form + [("scope", "read")])
            #expect(answer["scope"] == "read" && answer["token_type"] == "Bearer" && answer["expires_in"] == 600)
            #expect(answer["refresh_token"] == nil && answer["id_token"] == nil)
            let access = try #require(answer["access_token"]?.string)
            let about = try await place.introspect(access, as: "robot")
            #expect(about["active"] == true && about["sub"] == "robot" && about["client_id"] == "robot")
            #expect(about["sid"] == nil && about["auth_time"] == nil)
            await #expect(throws: UserInfoRefusal.scopeInsufficient) { try await place.userInfo.claims(access) }
            place.clock.advance(by: .seconds(600))
            #expect(try await place.introspect(access, as: "robot") == ["active": false])
        }
    }

    @Test(
        "RFC 6749 §4.4: scopes about a person, and unregistered ones, are refused",
        arguments: [("openid", TokenRefusal.scopeNeedsPerson), ("admin", .scopeNotAllowed), ("a  b", .scopeMalformed)]
    )
    func scopes(_ scope: String, _ expected: TokenRefusal) async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient("robot", ["scope": "read"])
            #expect(
                try await place.refusal { try await place.ask("robot", Self.form + [("scope", scope)]) } == expected)
        }
    }

    @Test("A public client and one not registered for it get nothing")
    func unauthorized() async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient(
                "spa", ["token_endpoint_auth_method": "none", "grant_types": ["client_credentials"]])
            try await place.addClient("three", ["grant_types": ["authorization_code"]])
            #expect(
                try await place.refusal {
                    _ = try await place.token.answer(
                        Parameters(pairs: Self.form + [("client_id", "spa")]), authorization: [])
                } == .publicClient
            )
            #expect(try await place.refusal { try await place.ask("three", Self.form) } == .grantTypeNotRegistered)
        }
    }

    @Test("A removed client's tokens are dead at once")
    func removed() async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient("api", ["exeunt_audience": "https://api.example"])
            let answer = try await place.ask("one", Self.form + [("resource", "https://api.example")])
            let access = try #require(answer["access_token"]?.string)
            #expect(try await place.introspect(access, as: "api")["active"] == true)
            try await place.parts.database.write { db in
                try db.execute("UPDATE clients SET status = 'removed', revision = revision + 1 WHERE client_id = 'one'")
            }
            #expect(try await place.introspect(access, as: "api") == ["active": false])
        }
    }

    @Test(
        "RFC 6749 §5.2: requests that name no grant of ours",
        arguments: [([], TokenRefusal.grantTypeMissing), ([("grant_type", "password")], .grantTypeUnsupported)]
    )
    func types(_ form: [(String, String)], _ expected: TokenRefusal) async throws {
        try await TokenEngine.memory.run { place in
            let refusal = try await place.refusal { try await place.ask("one", form) }
            #expect(refusal == expected)
        }
    }

    @Test("RFC 6749 §2.3: a wrong secret, an unknown client and another method get the same nothing")
    func authentication() async throws {
        try await TokenEngine.memory.run { place in
            let requests: [([String], [(String, String)], ClientAuthenticationRefusal)] = [
                (ClientAuthenticationTests.headers("one", "wrong"), [], .secretWrong),
                (ClientAuthenticationTests.headers("nobody", "wrong"), [], .clientUnknown),
                ([], [("client_id", "one"), ("client_secret", "one-secret")], .methodNotRegistered),
                ([], [("client_id", "one")], .methodNotRegistered),
            ]
            for (headers, form, expected) in requests {
                await #expect(throws: expected) {
                    try await place.token.answer(Parameters(pairs: Self.form + form), authorization: headers)
                }
            }
        }
    }

    @Test("B32: client_secret_post works for the client that registered it")
    func post() async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient("poster", ["token_endpoint_auth_method": "client_secret_post"])
            let form = Self.form + [("client_id", "poster"), ("client_secret", "poster-secret")]
            let answer = try await place.token.answer(Parameters(pairs: form), authorization: [])
            #expect(answer["access_token"]?.string != nil)
        }
    }
}

extension ClientAuthenticationTests {
    static func headers(_ client: String, _ secret: String) -> [String] { [basic("\(client):\(secret)")] }
}
