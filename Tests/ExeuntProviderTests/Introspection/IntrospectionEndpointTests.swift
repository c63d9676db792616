import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import Testing

@Suite("Asking about tokens")
struct IntrospectionEndpointTests {
    static let api = "https://api.example"
    static let dead: JSONValue = ["active": false]

    @Test("A-80: active until the logout, and nothing but inactive from the next question on")
    func logout() async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let given = try await place.tokens(session)
            let about = try await place.introspect(given.access)
            #expect(about["active"] == true && about["scope"] == "openid email" && about["token_type"] == "Bearer")
            #expect(about["sub"] == given.idToken?["sub"] && about["sid"] == given.idToken?["sid"])
            #expect(about["exp"]?.int == place.clock.now.seconds + 600)
            try await place.end(.session(session.id))
            #expect(try await place.introspect(given.access) == Self.dead)
            #expect(try await place.introspect(try #require(given.refresh)) == Self.dead)
            await #expect(throws: UserInfoRefusal.tokenInvalid) { try await place.userInfo.claims(given.access) }
        }
    }

    @Test("A-82, RFC 7662 §2.2: unknown, foreign, expired and revoked tokens all read the same")
    func nothing() async throws {
        try await TokenEngine.memory.run { place in
            let given = try await place.tokens(try await place.signIn().session)
            let refresh = try #require(given.refresh)
            #expect(try await place.introspect(given.access, as: "two") == Self.dead)
            #expect(try await place.introspect(refresh, as: "two") == Self.dead)
            #expect(try await place.introspect("unknown") == Self.dead)
            #expect(try await place.introspect(refresh)["active"] == true)
            _ = try await place.refresh(refresh)
            #expect(try await place.introspect(refresh) == Self.dead)
            place.clock.advance(by: .seconds(600))
            #expect(try await place.introspect(given.access) == Self.dead)
        }
    }

    @Test(
        "RFC 7662 §4: a resource server learns of tokens made for it, and of no others", arguments: ["opaque", "jwt"])
    func audience(_ format: String) async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient("api", ["exeunt_audience": .string(Self.api)])
            try await place.addClient("other", ["exeunt_audience": "https://other.example"])
            try await place.addClient("three", ["exeunt_access_token_format": .string(format)])
            let session = try await place.signIn().session
            let plain = try await place.tokens(session, for: "three")
            let code = try await place.code(session, for: "three")
            let form = TokenPlace.redemption(code, [("resource", Self.api)])
            let meant = try TokenPlace.Given(try await place.ask("three", form))
            #expect(try await place.introspect(meant.access, as: "api")["aud"]?.string == Self.api)
            #expect(try await place.introspect(meant.access, as: "other") == Self.dead)
            #expect(try await place.introspect(plain.access, as: "api") == Self.dead)
            #expect(try await place.introspect(plain.access, as: "three")["active"] == true)
            // What is made for somebody else opens nothing here.
            await #expect(throws: UserInfoRefusal.tokenInvalid) { try await place.userInfo.claims(meant.access) }
        }
    }

    @Test("RFC 7662 §2.1: who cannot prove itself may not ask")
    func publicClient() async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient("spa", ["token_endpoint_auth_method": "none"])
            await #expect(throws: ClientAuthenticationRefusal.publicClient) {
                try await place.introspection.answer(
                    Parameters(pairs: [("token", "x"), ("client_id", "spa")]), authorization: []
                )
            }
            await #expect(throws: IntrospectionRefusal.tokenMissing) { try await place.introspect("") }
        }
    }
}
