import ExeuntRelyingParty
import ExeuntTesting
import OpenIDTypes
import Testing

@Suite("Receiving a back-channel logout", .timeLimit(.minutes(1)))
struct BackChannelReceiverTests {
    @Test(
        "BC-RP-2, BC-RP-7, BC-RP-8: a good token ends the session, and is answered 200 without storing",
        arguments: [SigningAlgorithm.rs256, .es256, .edDSA])
    func good(_ algorithm: SigningAlgorithm) async throws {
        try await ApplicationPlace.run(algorithm) { place in
            let key = try #require(await place.sessions.begin(place.signIn()))
            let other = try #require(await place.sessions.begin(place.signIn(["sid": "sid-2"])))
            let answer = try await place.tell(place.key.sign(place.logoutClaims()))
            #expect(answer.status == 200)
            #expect(answer.headers["Cache-Control"] == "no-store")
            #expect(await place.sessions.find(key) == nil)
            #expect(await place.sessions.find(other)?.sid == "sid-2")
        }
    }

    struct Accepted: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var claims: JSONObject = [:]
        var type: String? = "logout+jwt"
    }

    @Test(
        "BC-RP-3, BC-RP-4: what the specification leaves to the provider is accepted",
        arguments: [
            Accepted(testDescription: "typ JWT", type: "JWT"),
            Accepted(testDescription: "no typ", type: nil),
            Accepted(testDescription: "typ in capitals", type: "LOGOUT+JWT"),
            Accepted(testDescription: "typ with its media type's prefix", type: "application/logout+jwt"),
            Accepted(testDescription: "sid only", claims: ["sub": .null]),
            Accepted(testDescription: "sub only", claims: ["sid": .null]),
            Accepted(testDescription: "audience as a list", claims: ["aud": ["somebody", "the client"]]),
            Accepted(
                testDescription: "further events",
                claims: [
                    "events": ["http://schemas.openid.net/event/backchannel-logout": [:], "urn:other": [:]]
                ]),
            Accepted(testDescription: "further claims", claims: ["reason": "lunch"]),
            Accepted(testDescription: "a clock 50 s ahead", claims: ["iat": 1_790_000_050]),
            Accepted(testDescription: "expired 50 s ago by a slow clock", claims: ["exp": 1_789_999_950]),
        ])
    func accepted(_ item: Accepted) async throws {
        try await ApplicationPlace.run { place in
            let key = try #require(await place.sessions.begin(place.signIn()))
            let answer = try await place.tell(place.key.sign(place.logoutClaims(item.claims), type: item.type))
            #expect(answer.status == 200)
            #expect(await place.sessions.find(key) == nil)
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var claims: JSONObject = [:]
        var type: String? = "logout+jwt"
        var header: JSONObject = [:]
    }

    static let event = "http://schemas.openid.net/event/backchannel-logout"

    @Test(
        "BC-RP-2, BC-RP-3, BC-RP-4, BC-RP-6, A-33: a token that is signed but wrong is answered 400, and ends nothing",
        arguments: [
            Refused(testDescription: "for another application", claims: ["aud": "somebody-else"]),
            Refused(testDescription: "for others only", claims: ["aud": ["somebody", "else"]]),
            Refused(testDescription: "for nobody", claims: ["aud": .null]),
            Refused(testDescription: "audience of the wrong type", claims: ["aud": ["the client": true]]),
            Refused(testDescription: "of another issuer", claims: ["iss": "http://other.example"]),
            Refused(testDescription: "of no issuer", claims: ["iss": .null]),
            Refused(testDescription: "nonce", claims: ["nonce": "n"]),
            Refused(testDescription: "empty nonce", claims: ["nonce": ""]),
            Refused(testDescription: "no events", claims: ["events": .null]),
            Refused(testDescription: "other events", claims: ["events": ["urn:other": [:]]]),
            Refused(testDescription: "events as a list", claims: ["events": [.string(event)]]),
            Refused(testDescription: "event that is no object", claims: ["events": .object([event: true])]),
            Refused(testDescription: "neither sub nor sid", claims: ["sub": .null, "sid": .null]),
            Refused(testDescription: "empty sid", claims: ["sid": ""]),
            Refused(testDescription: "sid of the wrong type", claims: ["sid": 1]),
            Refused(testDescription: "sub of the wrong type", claims: ["sub": ["alice"]]),
            Refused(testDescription: "no jti", claims: ["jti": .null]),
            Refused(testDescription: "endless jti", claims: ["jti": .string(String(repeating: "j", count: 300))]),
            Refused(testDescription: "expired", claims: ["exp": 1_789_999_900]),
            Refused(testDescription: "no exp", claims: ["exp": .null]),
            Refused(testDescription: "exp as text", claims: ["exp": "1790000100"]),
            Refused(testDescription: "exp beyond all time", claims: ["exp": .integer(.max)]),
            Refused(testDescription: "from the future", claims: ["iat": 1_790_000_100]),
            Refused(testDescription: "no iat", claims: ["iat": .null]),
            Refused(testDescription: "negative iat", claims: ["iat": .integer(.min)]),
            Refused(testDescription: "an access token", type: "at+jwt"),
            Refused(testDescription: "a client assertion", type: "client-authentication+jwt"),
            Refused(testDescription: "critical header", header: ["crit": ["exp"], "exp": 1]),
            Refused(testDescription: "unencoded payload", header: ["b64": false]),
            Refused(testDescription: "alg of another key type", header: ["alg": "RS256"]),
            Refused(testDescription: "alg none over a good signature", header: ["alg": "none"]),
            Refused(testDescription: "no alg", header: ["alg": .null]),
            Refused(testDescription: "unknown kid", header: ["kid": "nobody's"]),
        ])
    func refused(_ item: Refused) async throws {
        try await ApplicationPlace.run { place in
            let key = try #require(await place.sessions.begin(place.signIn()))
            let token = try place.key.sign(place.logoutClaims(item.claims), type: item.type, header: item.header)
            let answer = try await place.tell(token)
            #expect(answer.status == 400)
            #expect(answer.headers["Cache-Control"] == "no-store")
            #expect(await place.sessions.find(key) != nil)
        }
    }

    @Test("BC-RP-2: alg none and HS256 are never believed, whatever they are signed with")
    func weak() async throws {
        try await ApplicationPlace.run { place in
            let key = try #require(await place.sessions.begin(place.signIn()))
            let published = try place.key.jwk().serialized()
            let forgeries = [
                IssuerKey.unsigned(place.logoutClaims(), signature: ""),
                IssuerKey.unsigned(place.logoutClaims(), signature: "AAAA"),
                IssuerKey.symmetric(place.logoutClaims(), secret: ApplicationPlace.secret, kid: place.key.kid),
                IssuerKey.symmetric(place.logoutClaims(), secret: published, kid: place.key.kid),
            ]
            for forgery in forgeries { #expect(try await place.tell(forgery).status == 400) }
            // Somebody else's key under the provider's name.
            let impostor = try IssuerKey(.es256, kid: place.key.kid)
            #expect(try await place.tell(impostor.sign(place.logoutClaims())).status == 400)
            #expect(await place.sessions.find(key) != nil)
            #expect(try await place.tell(place.key.sign(place.logoutClaims())).status == 200)
        }
    }

    @Test("BC-RP-2: a changed payload or signature is refused")
    func tampered() async throws {
        try await ApplicationPlace.run { place in
            let parts = try place.key.sign(place.logoutClaims()).split(separator: ".").map(String.init)
            let other = try place.key.sign(place.logoutClaims(["sid": "sid-2"])).split(separator: ".").map(String.init)
            #expect(try await place.tell([parts[0], other[1], parts[2]].joined(separator: ".")).status == 400)
            #expect(try await place.tell([parts[0], parts[1], other[2]].joined(separator: ".")).status == 400)
            #expect(try await place.tell(parts.joined(separator: ".")).status == 200)
        }
    }

    @Test(
        "A-33: an ID token of the same login is no logout token, whatever type it declares",
        arguments: ["JWT", nil, "logout+jwt"])
    func identityToken(_ type: String?) async throws {
        try await ApplicationPlace.run { place in
            let key = try #require(await place.sessions.begin(place.signIn()))
            let token = try place.key.sign(place.identityClaims(nonce: "n", ["jti": "j"]), type: type)
            #expect(try await place.tell(token).status == 400)
            #expect(await place.sessions.find(key) != nil)
        }
    }

    @Test(
        "BC-RP-1, BC-RP-6: what is no signed token at all is answered 400",
        arguments: [
            "", "logout_token=", "logout_token=x", "logout_token=a.b", "logout_token=a.b.c", "logout_token=..",
            // Five parts: encryption was never agreed.
            "logout_token=eyJhbGciOiJkaXIifQ.a.b.c.d",
            "token=x", "logout_token=%ff", "logout_token=%zz", "%00",
        ])
    func garbage(_ body: String) async throws {
        try await ApplicationPlace.run { place in
            let answer = try await place.party.receiveBackChannelLogout(
                form: Array(body.utf8), sessions: place.sessions)
            #expect(answer.status == 400)
            #expect(place.provider.count("/keys") == 0, "a token that cannot be one causes a request")
        }
    }

    @Test("BC-RP-6, RFC 6749 §3.1: two logout tokens, or a body without bounds, are refused")
    func doubled() async throws {
        try await ApplicationPlace.run { place in
            let token = try place.key.sign(place.logoutClaims())
            let twice = Array("logout_token=\(token)&logout_token=\(token)".utf8)
            let huge = Array(("logout_token=\(token)&x=" + String(repeating: "x", count: 70_000)).utf8)
            for form in [twice, huge] {
                #expect(
                    try await place.party.receiveBackChannelLogout(form: form, sessions: place.sessions).status == 400)
            }
            #expect(try await place.tell(token).status == 200)
        }
    }

    @Test("BC-RP-5, A-31: a token is good once")
    func replay() async throws {
        try await ApplicationPlace.run { place in
            let token = try place.key.sign(place.logoutClaims(["sid": .null]))
            #expect(try await place.tell(token).status == 200)
            place.clock.advance(by: .seconds(1))
            let again = try #require(await place.sessions.begin(place.signIn()))
            #expect(try await place.tell(token).status == 400)
            #expect(await place.sessions.find(again) != nil, "a replay must not end the next login")
        }
    }

    @Test("BC-RP-7: a session that is gone already, or that never was, counts as success")
    func gone() async throws {
        try await ApplicationPlace.run { place in
            let answers = [
                try await place.tell(place.key.sign(place.logoutClaims())),
                try await place.tell(place.key.sign(place.logoutClaims())),
            ]
            #expect(answers.map(\.status) == [200, 200])
        }
    }
}
