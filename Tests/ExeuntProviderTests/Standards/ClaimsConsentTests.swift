import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import Testing

/// The `claims` parameter must not be a way round what the operator registered and what the person allowed.
@Suite("Claims and consent", .timeLimit(.minutes(2)))
struct ClaimsConsentTests {
    private static let email = #"{"userinfo":{"email":{"essential":true}}}"#

    private static func userInfo(_ provider: TestProvider, _ token: String) async throws -> JSONObject {
        let headers = ["Authorization": "Bearer \(token)"]
        return try #require(try await Browser().get(provider.url("/oidc/userinfo"), headers: headers).json?.object)
    }

    @Test("CO-5, Core §3.1.2.4: a claim asked for by name is asked of the person as the scope that opens it")
    func consent() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice", claims: ["email": "alice@example.org"])
            let client = try await provider.addClient("one", ["exeunt_consent": "first"])
            let browser = try Browser()
            let tokens = try await provider.signIn(browser, client)
            #expect(try await Self.userInfo(provider, tokens.accessToken)["email"] == nil)
            // Allowed was `openid` alone.
            let silent = try await browser.get(
                provider.authorizationURL(client, ["claims": Self.email, "prompt": "none"]))
            #expect(silent.redirected("error") == "consent_required")
            let url = provider.authorizationURL(client, ["claims": Self.email])
            let page = try await browser.follow(try await browser.get(url), within: provider.issuer)
            #expect(page.shows("consent-form"))
            let sentence = ConsentPage.Scope("email").sentence
            #expect(page.text.contains(sentence))
            let allowed = try await browser.submit("consent-form", on: page, [("decision", "allow")])
            let answer = try await browser.follow(allowed, within: provider.issuer)
            let code = try #require(answer.redirected("code"))
            let token = try #require(try await provider.redeem(client, code: code).json?["access_token"]?.string)
            #expect(try await Self.userInfo(provider, token)["email"]?.string == "alice@example.org")
            // Remembered like the scope.
            #expect(try await browser.get(url).redirected("code") != nil)
        }
    }

    @Test("Core §5.5: a client that is registered for openid alone gets no claim of another scope by naming it")
    func registeredScope() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice", claims: ["email": "alice@example.org", "groups": ["admin"]])
            let client = try await provider.addClient("one", ["scope": "openid"])
            let asked = #"{"userinfo":{"email":null,"groups":null},"id_token":{"email":null,"groups":null}}"#
            let tokens = try await provider.signIn(try Browser(), client, as: "alice", ["claims": asked])
            let info = try await Self.userInfo(provider, tokens.accessToken)
            #expect(info["email"] == nil && info["groups"] == nil)
            #expect(tokens.claims["email"] == nil && tokens.claims["groups"] == nil)
        }
    }
}
