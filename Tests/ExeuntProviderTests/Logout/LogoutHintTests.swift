import Crypto
import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import Testing

/// What a hint proves, and what it does not (RP-Initiated Logout §2, §4).
@Suite("Logout hints", .timeLimit(.minutes(2)))
struct LogoutHintTests {
    @Test("A-02: another person's own valid token in my browser: ask, I stay signed in")
    func foreignUser() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, _ in
            try await provider.addAccount("mallory")
            let attacker = try await provider.signIn(try Browser(), client, as: "mallory")
            let answer = try await browser.get(provider.logout(client, attacker, state: "s"))
            #expect(answer.shows("logout-form"))
            #expect(try await provider.silentError(browser, client) == nil)
        }
    }

    @Test("A-03: an earlier session's token of the same person: ask")
    func earlierSession() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, old in
            _ = try await browser.get(provider.logout(client, old, state: "s"))
            _ = try await provider.signIn(browser, client)
            let answer = try await browser.get(provider.logout(client, old, state: "s"))
            #expect(answer.shows("logout-form"))
            #expect(try await provider.silentError(browser, client) == nil)
        }
    }

    @Test("A-09, RPI-OP-5: an expired hint of the current session is accepted")
    func expired() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, tokens in
            provider.clock.advance(by: .seconds(11 * 3600))
            let answer = try await browser.get(provider.logout(client, tokens, state: "s"))
            #expect(answer.location == client.postLogoutRedirectURI + "?state=s")
        }
    }

    @Test("A-09: a year later it is a hint of no current session: no question where nobody is signed in")
    func muchLater() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, tokens in
            provider.clock.advance(by: .seconds(365 * 86_400))
            let fresh = try await provider.signIn(browser, client)
            let answer = try await browser.get(provider.logout(client, tokens, state: "s"))
            #expect(answer.shows("logout-form"))
            #expect(fresh.sid != tokens.sid)
        }
    }

    @Test("A-10, CO-18: a hint signed with a key that was retired twice over still verifies")
    func retiredKey() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, tokens in
            for _ in 0..<2 {
                _ = try await provider.parts.keys.rotate(.es256, actor: "test")
                provider.clock.advance(by: .seconds(3600))
            }
            let answer = try await browser.get(provider.logout(client, tokens, state: "s"))
            #expect(answer.location == client.postLogoutRedirectURI + "?state=s")
        }
    }

    @Test("A-13: the session lives on in another browser: no redirect, and the page says so")
    func elsewhere() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, tokens in
            let answer = try await Browser().get(provider.logout(client, tokens, state: "s"))
            #expect(answer.status == 200 && answer.location == nil)
            #expect(answer.text.contains("another browser") || answer.text.contains("elsewhere"))
            #expect(try await provider.silentError(browser, client) == nil)
        }
    }

    @Test("RPI-OP-3, A-06, A-26: the hint of one client with the client_id or the address of another: ask, no redirect")
    func otherClient() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, tokens in
            let other = try await provider.addClient("other", at: "http://127.0.0.1:2")
            let mismatch = try await browser.get(
                provider.logoutURL([
                    ("id_token_hint", tokens.idToken), ("client_id", other.id.rawValue),
                    ("post_logout_redirect_uri", other.postLogoutRedirectURI),
                ])
            )
            #expect(mismatch.shows("logout-form"))
            let done = try await browser.submit("logout-form", on: mismatch, [("decision", "logout")])
            #expect(try await browser.follow(done, within: provider.issuer).status == 200)
            let tokens = try await provider.signIn(browser, client)
            let swapped = try await browser.get(
                provider.logoutURL([
                    ("id_token_hint", tokens.idToken), ("post_logout_redirect_uri", other.postLogoutRedirectURI),
                ])
            )
            #expect(try await browser.follow(swapped, within: provider.issuer).status == 200)
        }
    }

    @Test("A-12: the hint's client is gone: ask, no redirect")
    func removedClient() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, tokens in
            let stays = try await provider.addClient("stays")
            _ = try await provider.signIn(browser, stays)
            try await provider.removeClient(client)
            let answer = try await browser.get(provider.logout(client, tokens, state: "s"))
            #expect(answer.shows("logout-form"))
        }
    }

    @Test("RPI-OP-4, A-05, A-07, R4, R11: forged hints ask, and never redirect, not even after the yes")
    func forged() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, tokens in
            for hint in try Self.forgeries(of: tokens.idToken, client) {
                let page = try await browser.get(
                    provider.logoutURL([
                        ("id_token_hint", hint), ("post_logout_redirect_uri", client.postLogoutRedirectURI),
                    ])
                )
                #expect(page.shows("logout-form"))
                let done = try await browser.submit("logout-form", on: page, [("decision", "logout")])
                let end = try await browser.follow(done, within: provider.issuer)
                #expect(end.status == 200 && end.location == nil)
                _ = try await provider.signIn(browser, client)
            }
        }
    }

    @Test("A-08, A-33: an access token, a refresh token or a logout token is no hint")
    func otherTokens() async throws {
        try await FakeRelyingParty.run { party in
            try await TestProvider.run(services: true) { provider in
                try await provider.addAccount("alice")
                var changes = EndSessionEndpointTests.backChannel(party)
                changes["exeunt_access_token_format"] = "jwt"
                let client = try await provider.addClient("rp", at: party.origin, changes)
                let browser = try Browser()
                let first = try await provider.signIn(browser, client)
                _ = try await browser.get(provider.logout(client, first, state: nil))
                await party.waitFor(1)
                let logoutToken = try #require(party.received("/backchannel").first?.form["logout_token"])
                let tokens = try await provider.signIn(browser, client)
                for hint in [tokens.accessToken, tokens.refreshToken, logoutToken] {
                    let answer = try await browser.get(provider.logoutURL([("id_token_hint", hint)]))
                    #expect(answer.shows("logout-form"))
                }
                #expect(try await provider.silentError(browser, client) == nil)
            }
        }
    }

    /// `alg: none`, HMAC with the client's secret, and the token with one bit of its payload changed.
    static func forgeries(of token: String, _ client: TestClient) throws -> [String] {
        let parts = token.split(separator: ".").map(String.init)
        let none = Base64URL.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8)) + "." + parts[1] + "."
        let header = try JSONValue.parse(try #require(Base64URL.decode(parts[0])))
        var symmetric = try #require(header.object)
        symmetric["alg"] = "HS256"
        let input = Base64URL.encode(Array(JSONValue.object(symmetric).serialized().utf8)) + "." + parts[1]
        let key = SymmetricKey(data: Array((client.secret ?? "").utf8))
        let mac = HMAC<SHA256>.authenticationCode(for: Array(input.utf8), using: key)
        var payload = try #require(Base64URL.decode(parts[1]))
        payload[payload.count - 3] ^= 1
        return [
            none, input + "." + Base64URL.encode(mac),
            [parts[0], Base64URL.encode(payload), parts[2]].joined(separator: "."),
        ]
    }
}

extension TestProvider {
    func removeClient(_ client: TestClient) async throws {
        _ = try await clientAdministration.delete(client.id, actor: "test")
    }
}
