import ExeuntRelyingParty
import ExeuntTesting
import OpenIDTypes
import Testing

@Suite("What the provider says of itself", .timeLimit(.minutes(1)))
struct ProviderDirectoryTests {
    @Test("BC-RP-2: a new key is fetched when a token names it, and an old one works while it is published")
    func rotation() async throws {
        try await ApplicationPlace.run { place in
            #expect(try await place.tell(place.key.sign(place.logoutClaims())).status == 200)
            let next = try IssuerKey(.rs256, kid: "two")
            try place.provider.publish([place.key, next])
            place.clock.advance(by: .seconds(11))
            #expect(try await place.tell(next.sign(place.logoutClaims())).status == 200)
            #expect(try await place.tell(place.key.sign(place.logoutClaims())).status == 200)
            #expect(place.provider.count("/keys") == 2)
        }
    }

    @Test("BC-RP-2: a withdrawn key is forgotten within the hour")
    func withdrawal() async throws {
        try await ApplicationPlace.run { place in
            #expect(try await place.tell(place.key.sign(place.logoutClaims())).status == 200)
            try place.provider.publish([IssuerKey(.es256, kid: "two")])
            place.clock.advance(by: .seconds(3600))
            #expect(try await place.tell(place.key.sign(place.logoutClaims())).status == 400)
        }
    }

    @Test("Unknown key names make the application ask its provider once in ten seconds, not each time")
    func forgedNames() async throws {
        try await ApplicationPlace.run { place in
            #expect(try await place.tell(place.key.sign(place.logoutClaims())).status == 200)
            place.clock.advance(by: .seconds(11))
            for index in 0..<20 {
                let token = try place.key.sign(place.logoutClaims(), header: ["kid": .string("forged-\(index)")])
                #expect(try await place.tell(token).status == 400)
            }
            #expect(place.provider.count("/keys") == 2)
            #expect(place.provider.count("/.well-known/openid-configuration") == 1)
        }
    }

    @Test("BC-RP-2, RFC 7515 §4.1.4: a token without kid fits the only key of its type, and none of several")
    func withoutName() async throws {
        try await ApplicationPlace.run { place in
            #expect(try await place.tell(place.key.sign(place.logoutClaims(), header: ["kid": .null])).status == 200)
            try place.provider.publish([place.key, IssuerKey(.es256, kid: "two")])
            place.clock.advance(by: .seconds(3600))
            #expect(try await place.tell(place.key.sign(place.logoutClaims(), header: ["kid": .null])).status == 400)
        }
    }

    @Test("BC-RP-8: keys that cannot be had are no verdict: the failure is thrown, and the same token works later")
    func unreachable() async throws {
        try await ApplicationPlace.run { place in
            let token = try place.key.sign(place.logoutClaims())
            place.provider.fail(true)
            let error = await #expect(throws: RelyingPartyError.self) { try await place.tell(token) }
            #expect(error?.kind == .provider)
            place.provider.fail(false)
            #expect(try await place.tell(token).status == 200)
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let changes: JSONObject
    }

    @Test(
        "Discovery §4.3: a document of another issuer, or without what a login needs, is not used",
        arguments: [
            Row(testDescription: "other issuer", changes: ["issuer": "https://evil.example"]),
            Row(testDescription: "no issuer", changes: ["issuer": .null]),
            Row(testDescription: "no authorization endpoint", changes: ["authorization_endpoint": .null]),
            Row(testDescription: "no token endpoint", changes: ["token_endpoint": .null]),
            Row(testDescription: "no keys", changes: ["jwks_uri": .null]),
            Row(
                testDescription: "an endpoint of another scheme",
                changes: ["authorization_endpoint": "javascript:alert(1)"]),
            Row(testDescription: "a logout endpoint of another scheme", changes: ["end_session_endpoint": "data:,x"]),
        ])
    func badDocuments(_ row: Row) async throws {
        try await ApplicationPlace.run { place in
            place.provider.change(row.changes)
            let error = await #expect(throws: RelyingPartyError.self) {
                try await place.party.loginURL(LoginTransaction())
            }
            #expect(error?.kind == .provider)
        }
    }

    @Test(
        "A registration that cannot be right is found at start",
        arguments: [
            RelyingPartyConfiguration(issuer: "http://id.example", clientID: "c", redirectURI: "https://a.example/cb"),
            RelyingPartyConfiguration(
                issuer: "https://id.example?x", clientID: "c", redirectURI: "https://a.example/cb"),
            RelyingPartyConfiguration(
                issuer: "https://id.example#x", clientID: "c", redirectURI: "https://a.example/cb"),
            RelyingPartyConfiguration(issuer: "https://id.example", clientID: "", redirectURI: "https://a.example/cb"),
            RelyingPartyConfiguration(issuer: "https://id.example", clientID: "c", redirectURI: "/cb"),
            RelyingPartyConfiguration(
                issuer: "https://id.example", clientID: "c", redirectURI: "https://a.example/cb#f"),
            RelyingPartyConfiguration(
                issuer: "https://id.example", clientID: "c", redirectURI: "https://a.example/cb", scopes: ["profile"]
            ),
            RelyingPartyConfiguration(
                issuer: "https://id.example", clientID: "c", redirectURI: "https://a.example/cb",
                allowedAddresses: ["10.1.1.1/8"]
            ),
        ])
    func badRegistrations(_ configuration: RelyingPartyConfiguration) {
        let error = #expect(throws: RelyingPartyError.self) { try RelyingParty(configuration) }
        #expect(error?.kind == .configuration)
    }

    @Test("A-36: outside development a provider on loopback is not asked")
    func guarded() async throws {
        try await FakeIssuer.run { provider in
            let issuer = provider.issuer.replacing("http://localhost", with: "https://127.0.0.1")
            let party = try RelyingParty(
                RelyingPartyConfiguration(issuer: issuer, clientID: "c", redirectURI: "https://a.example/cb")
            )
            let error = await #expect(throws: RelyingPartyError.self) { try await party.loginURL(LoginTransaction()) }
            #expect(error?.kind == .provider && error?.description.contains("not sent") == true)
        }
    }
}
