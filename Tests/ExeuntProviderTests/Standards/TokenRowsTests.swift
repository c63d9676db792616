import ExeuntProvider
import ExeuntTesting
import HTTPTypes
import OpenIDTypes
import Testing

/// Answers of the token and UserInfo endpoints as the conformance suite looks at them.
@Suite("Token rows", .timeLimit(.minutes(2)))
struct TokenRowsTests {
    private static let claims: JSONObject = [
        "name": "Alice Liddell", "email": "alice@example.org", "email_verified": true,
        "phone_number": "+44 20 7946 0000", "phone_number_verified": false,
        "address": ["street_address": "1 Deanery Road", "locality": "Oxford", "country": "GB"],
    ]

    private static func signedIn(
        _ changes: JSONObject = [:], scope: String,
        _ body: @Sendable (TestProvider, TestClient, TestTokens, Browser.Answer) async throws -> Void
    ) async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice", claims: claims)
            let client = try await provider.addClient("one", changes)
            let tokens = try await provider.signIn(try Browser(), client, as: "alice", ["scope": scope])
            let headers = ["Authorization": "Bearer \(tokens.accessToken)"]
            let info = try await Browser().get(provider.url("/oidc/userinfo"), headers: headers)
            try await body(provider, client, tokens, info)
        }
    }

    @Test("B3: without a registered algorithm the ID token is signed by RS256, with a kid")
    func defaultAlgorithm() async throws {
        try await Self.signedIn(["id_token_signed_response_alg": .null], scope: "openid") { _, _, tokens, _ in
            let header = try CompactJWS.parse(tokens.idToken).header
            #expect(header["alg"]?.string == "RS256")
            #expect(header["kid"]?.string?.isEmpty == false)
        }
    }

    @Test("B10, C6: scope email opens email and email_verified at UserInfo, and no more")
    func email() async throws {
        try await Self.signedIn(scope: "openid email") { _, _, tokens, info in
            #expect(info.status == 200)
            let claims = try #require(info.json?.object)
            #expect(claims["email"]?.string == "alice@example.org")
            #expect(claims["email_verified"]?.bool == true)
            #expect(claims["sub"] == tokens.claims["sub"])
            #expect(claims["name"] == nil && claims["address"] == nil && claims["phone_number"] == nil)
        }
    }

    @Test("B11: scope address opens the address as an object")
    func address() async throws {
        try await Self.signedIn(scope: "openid address") { _, _, _, info in
            let address = try #require(info.json?["address"]?.object)
            #expect(address["locality"]?.string == "Oxford" && address["country"]?.string == "GB")
            #expect(info.json?["email"] == nil)
        }
    }

    @Test("B12: scope phone opens the number and whether it was verified, as a boolean")
    func phone() async throws {
        try await Self.signedIn(scope: "openid phone") { _, _, _, info in
            #expect(info.json?["phone_number"]?.string == "+44 20 7946 0000")
            #expect(info.json?["phone_number_verified"]?.bool == false)
            #expect(info.json?["address"] == nil)
        }
    }

    @Test("C4: the token response has all its members, of the right types")
    func response() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient("one")
            let code = try #require(try await provider.authorize(try Browser(), client).redirected("code"))
            let answer = try await provider.redeem(client, code: code)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/json")
            #expect(answer.header("cache-control") == "no-store")
            let json = try #require(answer.json?.object)
            #expect(json["error"] == nil)
            #expect(json["access_token"]?.string?.isEmpty == false)
            #expect(json["token_type"]?.string == "Bearer")
            let seconds = try #require(json["expires_in"]?.int)
            #expect(seconds > 0 && seconds <= 366 * 86_400)
            let idToken = try #require(json["id_token"]?.string)
            let claims = try JSONValue.parse(try CompactJWS.parse(idToken).payload)
            #expect(claims["iss"]?.string == provider.issuer)
            #expect(claims["aud"]?.string == client.id.rawValue)
            #expect(claims["nonce"]?.string == "the-nonce")
        }
    }

    @Test("C6: UserInfo by GET and by POST, with the token in the header, never in the query")
    func userInfo() async throws {
        try await Self.signedIn(scope: "openid") { provider, _, tokens, info in
            #expect(info.status == 200 && info.header("content-type") == "application/json")
            let url = provider.url("/oidc/userinfo")
            #expect(try await Browser().post(url, [("access_token", tokens.accessToken)]).status == 200)
            let header = ["Authorization": "Bearer \(tokens.accessToken)"]
            #expect(try await Browser().send(.post, url, headers: header).status == 200)
            #expect(try await Browser().get(url + "?access_token=\(tokens.accessToken)").status == 401)
            for wrong in [tokens.refreshToken, tokens.idToken, tokens.accessToken + "x", "x"] {
                let answer = try await Browser().get(url, headers: ["Authorization": "Bearer \(wrong)"])
                #expect(answer.status == 401)
                #expect(answer.header("www-authenticate")?.contains("invalid_token") == true)
            }
        }
    }

    @Test(
        "CO-16, A-81: access tokens live for minutes; one that can be checked offline for five at most",
        arguments: [("opaque", 600), ("jwt", 300)]
    )
    func shortLived(_ format: String, _ seconds: Int) async throws {
        let changes: JSONObject = ["exeunt_access_token_format": .string(format)]
        try await Self.signedIn(changes, scope: "openid") { provider, client, tokens, _ in
            #expect(tokens.response["expires_in"]?.int == Int64(seconds))
            provider.clock.advance(by: .seconds(seconds - 1))
            let lives = try await provider.isActive(tokens.accessToken, client)
            provider.clock.advance(by: .seconds(1))
            let stillLives = try await provider.isActive(tokens.accessToken, client)
            #expect(lives && !stillLives)
        }
    }

    @Test("CO-16: what was given can be taken back at once, alone or with all that hangs on it")
    func revocable() async throws {
        try await Self.signedIn(scope: "openid") { provider, client, tokens, _ in
            let revoke = provider.url("/oidc/revoke")
            #expect(
                try await Browser().post(revoke, [("token", tokens.accessToken)], headers: client.basic).status == 200)
            #expect(try await !provider.isActive(tokens.accessToken, client))
            let next = try await provider.refresh(client, tokens.refreshToken)
            let access = try #require(next.json?["access_token"]?.string)
            let refresh = try #require(next.json?["refresh_token"]?.string)
            #expect(try await provider.isActive(access, client))
            #expect(try await Browser().post(revoke, [("token", refresh)], headers: client.basic).status == 200)
            #expect(try await !provider.isActive(access, client))
            #expect(try await provider.refresh(client, refresh).json?["error"]?.string == "invalid_grant")
        }
    }
}
