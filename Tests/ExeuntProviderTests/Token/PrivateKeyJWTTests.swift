import Crypto
import ExeuntProvider
import ExeuntTesting
import Foundation
import OpenIDTypes
import SQLStore
import Testing

@Suite("private_key_jwt from end to end")
struct PrivateKeyJWTTests {
    static let key = P256.Signing.PrivateKey()
    static let form = [
        ("grant_type", "client_credentials"), ("client_assertion_type", ClientCredentials.assertionType),
    ]

    static let jwks: JSONValue = {
        let point = key.publicKey.rawRepresentation
        return [
            "keys": [
                [
                    "kty": "EC", "crv": "P-256", "kid": "k1", "alg": "ES256", "use": "sig",
                    "x": .string(Base64URL.encode(point.prefix(32))), "y": .string(Base64URL.encode(point.suffix(32))),
                ]
            ]
        ]
    }()

    static func assertion(
        _ place: TokenPlace, _ changes: JSONObject = [:], header: JSONObject = [:],
        key: P256.Signing.PrivateKey = PrivateKeyJWTTests.key
    ) throws -> String {
        let claims: JSONObject = [
            "iss": "robot", "sub": "robot", "aud": .string(TokenPlace.issuer), "jti": .string(UUID().uuidString),
            "iat": .integer(place.clock.now.seconds), "exp": .integer(place.clock.now.seconds + 60),
        ]
        let head: JSONObject = ["alg": "ES256", "typ": "JWT", "kid": "k1"]
        let parts = [head.merging(header), claims.merging(changes)].map {
            Base64URL.encode(Array(JSONValue.object($0).serialized().utf8))
        }
        let signed = parts.joined(separator: ".")
        let signature = try key.signature(for: Data(signed.utf8)).rawRepresentation
        return signed + "." + Base64URL.encode(signature)
    }

    private func run(_ body: @Sendable (TokenPlace) async throws -> Void) async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient(
                "robot", ["token_endpoint_auth_method": "private_key_jwt", "jwks": Self.jwks, "scope": "read"]
            )
            try await body(place)
        }
    }

    private func ask(_ place: TokenPlace, _ assertion: String, _ more: [(String, String)] = []) async throws {
        let form = Self.form + [("client_assertion", assertion)] + more
        _ = try await place.token.answer(Parameters(pairs: form), authorization: [])
    }

    @Test("RFC 7523 §3: an assertion counts once, at all endpoints together")
    func once() async throws {
        try await run { place in
            let good = try Self.assertion(place)
            try await ask(place, good)
            await #expect(throws: ClientAuthenticationRefusal.assertionSpent) { try await ask(place, good) }
            let shown = [
                ("client_assertion", good), ("client_assertion_type", ClientCredentials.assertionType), ("token", "x"),
            ]
            await #expect(throws: ClientAuthenticationRefusal.assertionSpent) {
                try await place.introspection.answer(Parameters(pairs: shown), authorization: [])
            }
            await #expect(throws: ClientAuthenticationRefusal.assertionSpent) {
                try await place.revocation.revoke(Parameters(pairs: shown), authorization: [])
            }
        }
    }

    @Test("RFC 7523 §3: a refused request uses its assertion up too")
    func spentByRefusal() async throws {
        try await run { place in
            let good = try Self.assertion(place)
            #expect(try await place.refusal { try await ask(place, good, [("scope", "admin")]) } == .scopeNotAllowed)
            await #expect(throws: ClientAuthenticationRefusal.assertionSpent) { try await ask(place, good) }
        }
    }

    @Test("RFC 7523 §3: two requests at once with one assertion: one gets a token")
    func race() async throws {
        try await TokenEngine.file.run { place in
            try await place.addClient("robot", ["token_endpoint_auth_method": "private_key_jwt", "jwks": Self.jwks])
            let good = try Self.assertion(place)
            async let first = place.accepts { try await ask(place, good) }
            async let second = place.accepts { try await ask(place, good) }
            let results = await [first, second]
            #expect(results.count(where: { $0 }) == 1)
        }
    }

    @Test(
        "A-07, A-33: assertions that the client's key does not cover",
        arguments: ["key", "none", "kid", "crit", "HS256"])
    func forged(_ how: String) async throws {
        try await run { place in
            let token =
                switch how {
                case "key": try Self.assertion(place, key: P256.Signing.PrivateKey())
                case "kid": try Self.assertion(place, header: ["kid": "k2"])
                case "crit": try Self.assertion(place, header: ["crit": ["exp"]])
                default: try Self.assertion(place, header: ["alg": .string(how)])
                }
            await #expect(throws: ClientAuthenticationRefusal.self) { try await ask(place, token) }
        }
    }

    @Test("RFC 7523 §3: for this issuer or endpoint, and for no other")
    func audience() async throws {
        try await run { place in
            try await ask(place, try Self.assertion(place, ["aud": .string(TokenPlace.issuer + "/oidc/token")]))
            await #expect(throws: ClientAuthenticationRefusal.assertionAudienceWrong) {
                try await ask(place, try Self.assertion(place, ["aud": "https://other.example"]))
            }
        }
    }
}
