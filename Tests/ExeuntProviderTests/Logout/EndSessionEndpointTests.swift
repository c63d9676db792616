import ExeuntProvider
import ExeuntTesting
import HTTPTypes
import OpenIDTypes
import Testing

/// The end-session endpoint over a real server: one browser, real applications on loopback.
@Suite("End-session endpoint", .timeLimit(.minutes(2)))
struct EndSessionEndpointTests {
    @Test("RPI-OP-9, RPI-OP-10, RPI-OP-11, RPI-OP-12, RPI-OP-15, R2, K2: everybody is told, then the browser goes back")
    func wholeLogout() async throws {
        try await FakeRelyingParty.run { one in
            try await FakeRelyingParty.run { two in
                try await TestProvider.run(services: true) { provider in
                    try await provider.addAccount("alice")
                    let first = try await provider.addClient("one", at: one.origin, Self.backChannel(one))
                    let second = try await provider.addClient("two", at: two.origin, Self.backChannel(two))
                    let browser = try Browser()
                    let tokens = try await provider.signIn(browser, first)
                    let others = try await provider.signIn(browser, second)
                    let answer = try await browser.get(provider.logout(first, tokens, state: "xyz"))
                    #expect(answer.status == 303)
                    #expect(answer.location == first.postLogoutRedirectURI + "?state=xyz")
                    #expect(one.logoutTokens.map { $0["sid"]?.string } == [tokens.sid])
                    #expect(two.logoutTokens.map { $0["sid"]?.string } == [others.sid])
                    #expect(tokens.sid != others.sid)  // G12
                    #expect(try await provider.silentError(browser, first) == "login_required")
                    for (client, given) in [(first, tokens), (second, others)] {
                        #expect(try await !provider.isActive(given.accessToken, client))
                        #expect(
                            try await provider.refresh(client, given.refreshToken).json?["error"]?.string
                                == "invalid_grant")
                    }
                }
            }
        }
    }

    @Test("R8, RPI-OP-16: no state sent, none added")
    func noState() async throws {
        try await Self.signedIn { provider, browser, client, tokens in
            let answer = try await browser.get(provider.logout(client, tokens, state: nil))
            #expect(answer.location == client.postLogoutRedirectURI)
        }
    }

    @Test("RPI-OP-2: POST with a form, same site")
    func post() async throws {
        try await Self.signedIn { provider, browser, client, tokens in
            let answer = try await browser.post(provider.url("/oidc/logout"), Self.form(client, tokens))
            #expect(answer.status == 303 && answer.location == client.postLogoutRedirectURI + "?state=s")
        }
    }

    @Test("A-14, G10: a cross-site POST without its Lax cookie goes round by our own site, and really signs out")
    func crossSitePost() async throws {
        try await Self.signedIn { provider, browser, client, tokens in
            let first = try await browser.post(provider.url("/oidc/logout"), Self.form(client, tokens), crossSite: true)
            #expect(first.status == 303)
            #expect(first.location?.hasPrefix(provider.url("/oidc/logout?")) == true)
            #expect(first.location?.contains(tokens.idToken) == false)
            let answer = try await browser.follow(first, within: provider.issuer)
            #expect(answer.location == client.postLogoutRedirectURI + "?state=s")
            #expect(try await provider.silentError(browser, client) == "login_required")
        }
    }

    @Test(
        "A-01, RPI-OP-7, RPI-OP-8, RPI-OP-22, R6, R9, R5: without a hint it asks, and nothing has ended",
        arguments: [[], [("state", "s")], [("post_logout_redirect_uri", "registered"), ("state", "s")]])
    func asks(_ parameters: [(String, String)]) async throws {
        try await Self.signedIn { provider, browser, client, tokens in
            let sent = parameters.map { ($0.0, $0.1 == "registered" ? client.postLogoutRedirectURI : $0.1) }
            let page = try await browser.get(provider.logoutURL(sent))
            #expect(page.status == 200 && page.shows("logout-form"))
            #expect(page.header("content-security-policy")?.contains("frame-ancestors 'none'") == true)
            #expect(try await provider.silentError(browser, client) == nil)
            let done = try await browser.submit("logout-form", on: page, [("decision", "logout")])
            let end = try await browser.follow(done, within: provider.issuer)
            #expect(end.status == 200 && end.location == nil)  // R5: never back, not even after the yes
            #expect(try await provider.silentError(browser, client) == "login_required")
        }
    }

    @Test("A-28, G11: the person declines: still signed in, no redirect")
    func declines() async throws {
        try await Self.signedIn { provider, browser, client, tokens in
            let page = try await browser.get(
                provider.logoutURL([
                    ("client_id", client.id.rawValue), ("post_logout_redirect_uri", client.postLogoutRedirectURI),
                ])
            )
            let answer = try await browser.submit("logout-form", on: page, [("decision", "stay")])
            #expect(answer.status == 200 && answer.location == nil)
            #expect(try await provider.silentError(browser, client) == nil)
        }
    }

    @Test("A-27: client_id and address alone: the address after the yes")
    func clientAlone() async throws {
        try await Self.signedIn { provider, browser, client, _ in
            let page = try await browser.get(
                provider.logoutURL([
                    ("client_id", client.id.rawValue), ("post_logout_redirect_uri", client.postLogoutRedirectURI),
                    ("state", "s"),
                ])
            )
            #expect(page.shows("logout-form"))
            let answer = try await browser.submit("logout-form", on: page, [("decision", "logout")])
            #expect(answer.location == client.postLogoutRedirectURI + "?state=s")
        }
    }

    @Test("A-04: the confirmation is good once, in one browser, for its session")
    func confirmationIsBound() async throws {
        try await Self.signedIn { provider, browser, client, _ in
            let page = try await browser.get(provider.logoutURL([]))
            let form = try #require(HTMLForm(id: "logout-form", in: page.text))
            let values = form.hidden + [("decision", "logout")]
            let target = provider.url("/oidc/logout/confirm")
            // As a flag, by GET, made up, and in another browser.
            #expect(try await browser.get(provider.logoutURL([("confirmed", "true")])).shows("logout-form"))
            #expect(try await browser.get(target + "?" + Parameters.encode(values)).status == 405)
            #expect(
                try await browser.post(target, [("confirmation", "made-up"), ("decision", "logout")]).status == 400)
            let stranger = try Browser()
            _ = try await provider.signIn(stranger, client)
            #expect(try await stranger.post(target, values).status == 400)
            #expect(try await browser.post(target, values, crossSite: true).status == 400)
            #expect(try await provider.silentError(browser, client) == nil)
            #expect(try await provider.silentError(stranger, client) == nil)
            _ = try await browser.post(target, values)
            #expect(try await provider.silentError(browser, client) == "login_required")
            // Spent: after a new login it names a session that has ended.
            _ = try await provider.signIn(browser, client)
            let again = try await browser.post(target, values)
            #expect(again.shows("logout-form"))
            #expect(try await provider.silentError(browser, client) == nil)
            provider.clock.advance(by: .seconds(3600))
            #expect(try await browser.post(target, values).status == 400)
        }
    }

    @Test(
        "R3, R10, A-21, A-22, A-23: a wrong address does not stop the logout, and is not followed",
        arguments: ["https://evil.example/", "?foo=bar", "#x", "/../", "%20", "@evil.example"])
    func wrongAddress(_ suffix: String) async throws {
        try await Self.signedIn { provider, browser, client, tokens in
            let wrong = suffix.hasPrefix("https") ? suffix : client.postLogoutRedirectURI + suffix
            let answer = try await browser.get(
                provider.logoutURL([("id_token_hint", tokens.idToken), ("post_logout_redirect_uri", wrong)])
            )
            let end = try await browser.follow(answer, within: provider.issuer)
            #expect(end.status == 200 && !end.text.contains("evil.example"))
            #expect(try await provider.silentError(browser, client) == "login_required")
        }
    }

    @Test("R7: no address: signed out, and a page of our own")
    func noAddress() async throws {
        try await Self.signedIn { provider, browser, client, tokens in
            let first = try await browser.get(provider.logoutURL([("id_token_hint", tokens.idToken), ("state", "s")]))
            let end = try await browser.follow(first, within: provider.issuer)
            #expect(end.status == 200 && !end.url.contains(tokens.idToken))
            #expect(end.header("referrer-policy") == "no-referrer")
            #expect(try await provider.silentError(browser, client) == "login_required")
        }
    }

    @Test("RPI-OP-20, A-13: twice, and with nobody signed in: no error, the same answer")
    func idempotent() async throws {
        try await Self.signedIn { provider, browser, client, tokens in
            let url = provider.logout(client, tokens, state: "s")
            let first = try await browser.get(url)
            let second = try await browser.get(url)
            let stranger = try await Browser().get(url)
            #expect([first, second, stranger].map(\.location) == Array(repeating: first.location, count: 3))
            #expect(try await Browser().get(provider.logoutURL([])).status == 200)
        }
    }

    @Test("A-15, A-16: prefetch, HEAD and OPTIONS end nothing")
    func withoutIntent() async throws {
        try await Self.signedIn { provider, browser, client, tokens in
            let url = provider.logout(client, tokens, state: "s")
            let prefetch = try await browser.get(url, headers: ["Sec-Purpose": "prefetch;prerender"])
            #expect(prefetch.status >= 400)
            _ = try await browser.send(.head, url)
            _ = try await browser.send(.options, url)
            #expect(try await provider.silentError(browser, client) == nil)
        }
    }

    @Test(
        "A-11, RPI-OP-17: malformed input gets a 4xx or the question, changes nothing; ui_locales never matters",
        arguments: [
            ("id_token_hint=a&id_token_hint=b", 400), ("state=%zz", 400), ("state=%ff", 400),
            ("id_token_hint=" + String(repeating: "a.", count: 9000), 400),
            ("ui_locales=xx-nonsense%20zz", 200), ("id_token_hint=a.b.c", 200), ("unknown=1", 200),
        ])
    func malformed(_ query: String, _ status: Int) async throws {
        try await Self.signedIn { provider, browser, client, _ in
            let answer = try await browser.send(.post, provider.url("/oidc/logout"), rawForm: query)
            #expect(answer.status == status)
            #expect(try await provider.silentError(browser, client) == nil)
        }
    }

    @Test("A-57: a known sid alone ends nothing")
    func sidIsNoKey() async throws {
        try await Self.signedIn { provider, browser, client, tokens in
            _ = try await Browser().get(provider.logoutURL([("sid", tokens.sid), ("logout_hint", tokens.sid)]))
            #expect(try await provider.silentError(browser, client) == nil)
        }
    }
}

extension EndSessionEndpointTests {
    static func backChannel(_ party: FakeRelyingParty) -> JSONObject {
        ["backchannel_logout_uri": .string(party.backChannel), "backchannel_logout_session_required": true]
    }

    static func form(_ client: TestClient, _ tokens: TestTokens) -> [(String, String)] {
        [("id_token_hint", tokens.idToken), ("post_logout_redirect_uri", client.postLogoutRedirectURI), ("state", "s")]
    }

    /// A provider with alice signed in at one application that has no logout address.
    static func signedIn(
        _ body: @Sendable (TestProvider, Browser, TestClient, TestTokens) async throws -> Void
    ) async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            let tokens = try await provider.signIn(browser, client)
            try await body(provider, browser, client, tokens)
        }
    }
}

extension TestProvider {
    func logout(_ client: TestClient, _ tokens: TestTokens, state: String?) -> String {
        var parameters = [
            ("id_token_hint", tokens.idToken), ("post_logout_redirect_uri", client.postLogoutRedirectURI),
        ]
        if let state { parameters.append(("state", state)) }
        return logoutURL(parameters)
    }
}
