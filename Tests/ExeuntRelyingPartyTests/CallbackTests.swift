import ExeuntRelyingParty
import ExeuntTesting
import Foundation
import OpenIDTypes
import Testing

@Suite("Coming back from the provider", .timeLimit(.minutes(1)))
struct CallbackTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// `STATE` and `ISSUER` stand for the right values.
        let query: String
        let kind: RelyingPartyError.Kind
    }

    @Test(
        "RFC 6749 §10.12, RFC 9207 §2.4, Core §3.1.2.6: an answer that does not fit signs nobody in, and no code is redeemed",
        arguments: [
            Row(testDescription: "other state", query: "code=c&state=x&iss=ISSUER", kind: .response),
            Row(testDescription: "no state", query: "code=c&iss=ISSUER", kind: .response),
            Row(testDescription: "empty state", query: "code=c&state=&iss=ISSUER", kind: .response),
            Row(testDescription: "two states", query: "code=c&state=STATE&state=x&iss=ISSUER", kind: .response),
            Row(testDescription: "other issuer", query: "code=c&state=STATE&iss=http://evil.example", kind: .response),
            Row(testDescription: "no issuer", query: "code=c&state=STATE", kind: .response),
            Row(testDescription: "no code", query: "state=STATE&iss=ISSUER", kind: .response),
            Row(testDescription: "nothing", query: "", kind: .response),
            Row(testDescription: "broken escapes", query: "code=%f&state=STATE&iss=ISSUER", kind: .response),
            Row(testDescription: "a no", query: "error=access_denied&state=STATE&iss=ISSUER", kind: .denied),
            Row(
                testDescription: "a no for another login", query: "error=access_denied&state=x&iss=ISSUER",
                kind: .response),
            Row(testDescription: "another's no", query: "error=access_denied&state=STATE&iss=x", kind: .response),
            Row(testDescription: "a no beside a code", query: "code=c&error=x&state=STATE&iss=ISSUER", kind: .denied),
        ])
    func refused(_ row: Row) async throws {
        try await ApplicationPlace.run { place in
            let transaction = LoginTransaction()
            let query = row.query.replacingOccurrences(of: "STATE", with: transaction.state)
                .replacingOccurrences(of: "ISSUER", with: FormEncoding.percentEncode(place.provider.issuer))
            let error = await #expect(throws: RelyingPartyError.self) {
                try await place.party.completeLogin(query: query, transaction)
            }
            #expect(error?.kind == row.kind)
            #expect(place.provider.tokenRequests.isEmpty)
        }
    }

    @Test("RFC 9207 §2.4: without the provider's promise a missing iss is accepted, a wrong one still is not")
    func withoutPromise() async throws {
        try await ApplicationPlace.run { place in
            place.provider.change(["authorization_response_iss_parameter_supported": .null])
            let transaction = LoginTransaction()
            let claims = place.identityClaims(nonce: transaction.nonce)
            place.provider.answerTokens([
                "access_token": "at", "token_type": "bearer",
                "id_token": .string(try place.key.sign(claims, type: "JWT")),
            ])
            let answer = "code=c&state=" + transaction.state
            #expect(try await place.party.completeLogin(query: answer, transaction).subject == "alice")
            let error = await #expect(throws: RelyingPartyError.self) {
                try await place.party.completeLogin(query: answer + "&iss=http%3A%2F%2Fevil.example", transaction)
            }
            #expect(error?.kind == .response)
        }
    }

    @Test("An error's text cannot carry lines or tags into a log or page")
    func errorText() async throws {
        try await ApplicationPlace.run { place in
            let transaction = LoginTransaction()
            let pairs = [
                ("error", "bad\r\n<script>" + String(repeating: "x", count: 500)), ("state", transaction.state),
                ("iss", place.provider.issuer),
            ]
            let error = await #expect(throws: RelyingPartyError.self) {
                try await place.party.completeLogin(query: Parameters.encode(pairs), transaction)
            }
            let text = try #require(error?.description)
            #expect(!text.contains("\n") && !text.contains("<") && text.utf8.count < 120)
        }
    }

    @Test("RFC 6749 §2.3.1, §4.1.3, RFC 7636 §4.5: the code is redeemed with the verifier and the encoded secret")
    func redeems() async throws {
        try await ApplicationPlace.run { place in
            let login = try await place.signIn()
            #expect(login.subject == "alice" && login.sid == "sid-1" && login.issuer == place.provider.issuer)
            #expect(login.accessToken == "at" && login.refreshToken == "rt")
            #expect(login.claim("name") == "Alice Example" && login.claim("exp") == nil)
            let request = try #require(place.provider.tokenRequests.first)
            #expect(request.form["grant_type"] == "authorization_code" && request.form["code"] == "c0de")
            #expect(request.form["redirect_uri"] == "http://app.localhost/callback")
            #expect(request.form["code_verifier"]?.count == 43 && request.form["client_id"] == nil)
            // the%20client:s3cret%3A%2F%2B
            #expect(request.authorization == "Basic dGhlJTIwY2xpZW50OnMzY3JldCUzQSUyRiUyQg==")
        }
    }

    @Test("RFC 6749 §3.2.1: a public client names itself in the form")
    func publicClient() async throws {
        try await ApplicationPlace.run(secret: nil) { place in
            _ = try await place.signIn()
            let request = try #require(place.provider.tokenRequests.first)
            #expect(request.form["client_id"] == "the client" && request.authorization == nil)
        }
    }

    struct Reply: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let json: JSONValue
        var status = 200
    }

    @Test(
        "Core §3.1.3.3, RFC 6749 §5: token answers that are none",
        arguments: [
            Reply(testDescription: "error", json: ["error": "invalid_grant"], status: 400),
            Reply(testDescription: "no ID token", json: ["access_token": "a", "token_type": "Bearer"]),
            Reply(testDescription: "not JSON at all", json: "text"),
            Reply(
                testDescription: "another type", json: ["access_token": "a", "token_type": "mac", "id_token": "a.b.c"]),
            Reply(testDescription: "server error", json: .null, status: 500),
            Reply(testDescription: "a redirect", json: .null, status: 302),
        ])
    func badReplies(_ reply: Reply) async throws {
        try await ApplicationPlace.run { place in
            let transaction = LoginTransaction()
            place.provider.answerTokens(reply.json, status: reply.status)
            let error = await #expect(throws: RelyingPartyError.self) {
                try await place.party.completeLogin(query: place.callback(transaction), transaction)
            }
            #expect(error?.kind == .provider)
        }
    }

    struct Claims: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var claims: JSONObject = [:]
        var type: String? = "JWT"
    }

    @Test(
        "Core §3.1.3.7: ID tokens that sign nobody in",
        arguments: [
            Claims(testDescription: "other nonce", claims: ["nonce": "x"]),
            Claims(testDescription: "no nonce", claims: ["nonce": .null]),
            Claims(testDescription: "other issuer", claims: ["iss": "http://evil.example"]),
            Claims(testDescription: "other audience", claims: ["aud": "x"]),
            Claims(testDescription: "several audiences without azp", claims: ["aud": ["the client", "x"]]),
            Claims(testDescription: "another's azp", claims: ["azp": "x"]),
            Claims(testDescription: "expired", claims: ["exp": 1_789_999_900]),
            Claims(testDescription: "no exp", claims: ["exp": .null]),
            Claims(testDescription: "from the future", claims: ["iat": 1_790_000_100]),
            Claims(testDescription: "no iat", claims: ["iat": .null]),
            Claims(testDescription: "no sub", claims: ["sub": .null]),
            Claims(testDescription: "empty sub", claims: ["sub": ""]),
            Claims(testDescription: "A-33: a logout token", type: "logout+jwt"),
            Claims(testDescription: "A-33: an access token", type: "at+jwt"),
        ])
    func badIDTokens(_ item: Claims) async throws {
        try await ApplicationPlace.run { place in
            let error = await #expect(throws: RelyingPartyError.self) {
                try await place.signIn(item.claims, type: item.type)
            }
            #expect(error?.kind == .token)
        }
    }

    @Test(
        "Core §3.1.3.7: what the specification allows",
        arguments: [
            Claims(testDescription: "no typ", type: nil),
            Claims(testDescription: "audience as a list", claims: ["aud": ["the client"]]),
            Claims(testDescription: "azp", claims: ["azp": "the client", "aud": ["the client", "x"]]),
            Claims(testDescription: "no sid", claims: ["sid": .null]),
        ])
    func goodIDTokens(_ item: Claims) async throws {
        try await ApplicationPlace.run { place in
            let login = try await place.signIn(item.claims, type: item.type)
            #expect(login.subject == "alice")
        }
    }

    @Test("Core §5.3, §5.4: the profile is asked for with the access token, and never replaces a signed claim")
    func userInfo() async throws {
        try await ApplicationPlace.run { place in
            place.provider.change(["userinfo_endpoint": .string(place.provider.issuer + "/userinfo")])
            place.provider.answerUserInfo(["sub": "alice", "email": "alice@example.org", "sid": "forged", "name": "x"])
            let login = try await place.signIn()
            #expect(login.claim("email") == "alice@example.org" && login.claim("name") == "Alice Example")
            #expect(login.claim("sid") == "sid-1" && login.sid == "sid-1")
            #expect(place.provider.bearers == ["Bearer at"])
        }
    }

    @Test(
        "Core §5.3.2: a UserInfo answer about somebody else, or none at all, signs nobody in",
        arguments: [
            Reply(testDescription: "another sub", json: ["sub": "bob"]),
            Reply(testDescription: "no sub", json: ["email": "alice@example.org"]),
            Reply(testDescription: "no object", json: "alice"),
            Reply(testDescription: "refused", json: ["error": "invalid_token"], status: 401),
        ])
    func badUserInfo(_ reply: Reply) async throws {
        try await ApplicationPlace.run { place in
            place.provider.change(["userinfo_endpoint": .string(place.provider.issuer + "/userinfo")])
            place.provider.answerUserInfo(reply.json, status: reply.status)
            let error = await #expect(throws: RelyingPartyError.self) { try await place.signIn() }
            #expect(error?.kind == (reply.status == 200 ? .token : .provider))
        }
    }
}
