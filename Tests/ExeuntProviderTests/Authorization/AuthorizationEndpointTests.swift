import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import Testing

@Suite("Authorization endpoint", .timeLimit(.minutes(2)))
struct AuthorizationEndpointTests {
    @Test("B1, B14, C3, CO-11, CO-17: from the request to the code, by 303s and one page that nobody stores or frames")
    func wholeWay() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            let first = try await browser.get(provider.authorizationURL(client))
            #expect(first.status == 303)
            #expect(first.location?.hasPrefix(provider.url("/login?interaction=")) == true)
            let page = try await browser.follow(first, within: provider.issuer)
            #expect(page.status == 200)
            #expect(page.shows("login-form") && page.shows("username") && page.shows("password"))
            #expect(page.header("cache-control") == "no-store")
            #expect(page.header("referrer-policy") == "no-referrer")
            let policy = try #require(page.header("content-security-policy"))
            #expect(policy.contains("frame-ancestors 'none'"))
            // Chromium holds the redirect after the POST against form-action.
            #expect(policy.contains("http://127.0.0.1:1"))
            let posted = try await provider.login(browser, on: page, as: "alice")
            #expect(posted.status == 303)
            let done = try await browser.follow(posted, within: provider.issuer)
            #expect(done.status == 303)
            #expect(done.header("cache-control") == "no-store")
            #expect(done.location?.hasPrefix(client.redirectURI + "?code=") == true)
            #expect(done.redirected("state") == "the-state")
            #expect(done.redirected("iss") == provider.issuer)
            #expect((done.redirected("code") ?? "").utf8.count == 43)
        }
    }

    @Test("B18, B19, CO-1, A-69: silently only with a session, and auth_time stays that of the sign-in")
    func silent() async throws {
        try await TestProvider.run { provider in
            let account = try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            let state = String(repeating: "s", count: 124) + "-._~"
            let refused = try await browser.get(provider.authorizationURL(client, ["prompt": "none", "state": state]))
            #expect(refused.status == 303)
            #expect(refused.redirected("error") == "login_required")
            #expect(refused.redirected("state") == state)
            #expect(refused.redirected("iss") == provider.issuer)
            #expect(refused.redirected("code") == nil)
            let signedIn = provider.clock.now
            _ = try await provider.authorize(browser, client)
            provider.clock.advance(by: .seconds(1000))
            let other = try await provider.addClient("second", at: "http://127.0.0.1:2")
            let done = try await browser.get(provider.authorizationURL(other, ["prompt": "none"]))
            let record = try await provider.record(of: done.redirected("code"))
            #expect(record.accountID == account)
            #expect(record.authTime == signedIn)
        }
    }

    @Test("B17, B20, B21, CO-3, CO-6: signs in again when asked to, with a later auth_time")
    func reauthentication() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            let first = try await provider.record(
                of: try await provider.authorize(browser, client, as: "alice", ["max_age": "15000"]).redirected("code")
            )
            for changes in [["prompt": "login"], ["max_age": "1"], ["max_age": "0"]] {
                provider.clock.advance(by: .seconds(2))
                let page = try await provider.begin(browser, client, changes)
                #expect(page.shows("login-form"))
                #expect(page.text.contains("alice"), "who must sign in again is filled in")
                let done = try await provider.pass(browser, login: page, as: "alice")
                let record = try await provider.record(of: done.redirected("code"))
                #expect(record.authTime == provider.clock.now)
                #expect(record.sessionID == first.sessionID, "the session is kept")
            }
            let last = provider.clock.now
            provider.clock.advance(by: .seconds(5))
            let silent = try await browser.get(provider.authorizationURL(client, ["max_age": "10000"]))
            #expect(try await provider.record(of: silent.redirected("code")).authTime == last)
            let tooOld = try await browser.get(provider.authorizationURL(client, ["max_age": "1", "prompt": "none"]))
            #expect(tooOld.redirected("error") == "login_required")
        }
    }

    @Test(
        "B30, B36, Y4, Y6, Y7, C8: until the address is known good, an error page and nothing else",
        arguments: [
            ["redirect_uri": "http://127.0.0.1:1/callback/x"],
            ["redirect_uri": "http://127.0.0.1:1/callback?foo=bar"],
            ["redirect_uri": "https://evil.example/"],
            ["redirect_uri": ""],
            ["redirect_uri": "https://evil.example/", "request": "e30.e30."],
            ["client_id": "nobody"],
            ["client_id": ""],
            ["client_id": "nobody", "prompt": "none"],
        ])
    func errorPage(_ changes: [String: String]) async throws {
        try await TestProvider.run { provider in
            let client = try await provider.addClient()
            let answer = try await Browser().get(provider.authorizationURL(client, changes))
            #expect(answer.status == 400)
            #expect(answer.location == nil)
            #expect(answer.shows("error"))
            #expect(!answer.text.contains("evil.example"))
            #expect(!answer.text.contains("127.0.0.1:1"))
        }
    }

    @Test("RFC 6749 §3.1: a duplicated parameter is refused on a page")
    func duplicates() async throws {
        try await TestProvider.run { provider in
            let client = try await provider.addClient()
            let answer = try await Browser().get(provider.authorizationURL(client) + "&state=again")
            #expect(answer.status == 400)
            #expect(answer.location == nil)
            let large = String(repeating: "x", count: 20_000)
            let refused = try await Browser().post(
                provider.url("/oidc/authorize"), AuthorizationPostTests.form(client, [("login_hint", large)])
            )
            #expect(refused.status == 413)
            #expect(refused.location == nil)
        }
    }

    @Test(
        "B2, B33, B34, CO-2, CO-10: other errors go to the application by the mode it asked for",
        arguments: [
            (["response_type": ""], "invalid_request"),
            (["response_type": "token"], "unsupported_response_type"),
            (["request": "e30.e30."], "request_not_supported"),
            (["request_uri": "https://rp.example/r"], "request_uri_not_supported"),
            (["registration": "{}"], "registration_not_supported"),
            (["prompt": "none login"], "invalid_request"),
            (["id_token_hint": "e30.e30.e30"], "invalid_request"),
            (
                ["claims": #"{"id_token":{"acr":{"essential":true,"values":["x"]}}}"#],
                "unmet_authentication_requirements"
            ),
        ])
    func errors(_ changes: [String: String], _ code: String) async throws {
        try await TestProvider.run { provider in
            let client = try await provider.addClient()
            let query = try await Browser().get(provider.authorizationURL(client, changes))
            #expect(query.status == 303)
            #expect(query.redirected("error") == code)
            #expect(query.redirected("state") == "the-state")
            let byForm = changes.merging(["response_mode": "form_post"]) { first, _ in first }
            let page = try await Browser().get(provider.authorizationURL(client, byForm))
            #expect(page.status == 200 && page.location == nil)
            let form = try #require(page.postForm)
            #expect(form.action == client.redirectURI)
            #expect(form.hidden.first { $0.0 == "error" }?.1 == code)
            #expect(form.hidden.first { $0.0 == "state" }?.1 == "the-state")
            #expect(form.hidden.first { $0.0 == "iss" }?.1 == provider.issuer)
        }
    }

    @Test("Form Post §2: the code comes by form, and state survives the HTML")
    func formPost() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            let state = #"a"b'c<d>&amp;e%20f+g"#
            let page = try await provider.begin(browser, client, ["response_mode": "form_post", "state": state])
            let done = try await provider.pass(browser, login: page, as: "alice")
            #expect(done.status == 200 && done.location == nil)
            #expect(done.header("cache-control") == "no-store")
            #expect(done.header("content-security-policy")?.contains("form-action 'self' http://127.0.0.1:1") == true)
            let form = try #require(done.postForm)
            #expect(form.action == client.redirectURI)
            #expect(form.hidden.first { $0.0 == "state" }?.1 == state)
            _ = try await provider.record(of: form.hidden.first { $0.0 == "code" }?.1)
            #expect(done.shows("continue"), "usable without scripts")
        }
    }

    @Test("Y5: a registered query comes back")
    func registeredQuery() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let address = "http://127.0.0.1:1/callback?bar=foo"
            let client = try await provider.addClient(
                "q", at: "http://127.0.0.1:1", ["redirect_uris": [.string(address)]])
            let done = try await provider.authorize(Browser(), client)
            #expect(done.location?.hasPrefix(address + "&code=") == true)
        }
    }
}

@Suite("Authorization endpoint: requests by POST", .timeLimit(.minutes(2)))
struct AuthorizationPostTests {
    static func form(_ client: TestClient, _ changes: [(String, String)] = []) -> [(String, String)] {
        [
            ("response_type", "code"), ("client_id", client.id.rawValue), ("redirect_uri", client.redirectURI),
            ("scope", "openid"), ("state", "the-state"),
        ] + changes
    }

    @Test("B31, G10: a cross-site POST goes round by our own site and finds the session")
    func bounced() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            _ = try await provider.authorize(browser, client)
            for headers in [["Sec-Fetch-Site": "cross-site"], [:]] {
                let bounced = try await browser.post(
                    provider.url("/oidc/authorize"), Self.form(client), headers: headers, crossSite: true
                )
                #expect(bounced.status == 303)
                #expect(bounced.location?.hasPrefix(provider.url("/oidc/authorize?")) == true)
                #expect(bounced.header("set-cookie") == nil, "cookies that it did not see are not replaced")
                let done = try await browser.follow(bounced, within: provider.issuer)
                #expect(done.redirected("code") != nil)
                #expect(done.redirected("state") == "the-state")
            }
            let sameSite = try await browser.post(
                provider.url("/oidc/authorize"), Self.form(client), headers: ["Sec-Fetch-Site": "same-origin"]
            )
            #expect(sameSite.redirected("code") != nil, "nothing to go round for")
        }
    }

    @Test("G10: a long request goes round sealed, once, and is not changed on the way")
    func sealed() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            _ = try await provider.authorize(browser, client)
            let state = String(repeating: "\u{E4}&", count: 1000)
            let long = Self.form(client, [("claims", #"{"userinfo":{"name":null}}"#)]).map {
                $0.0 == "state" ? ($0.0, state) : $0
            }
            let page = try await browser.post(provider.url("/oidc/authorize"), long, crossSite: true)
            #expect(page.status == 200)
            let form = try #require(page.postForm)
            #expect(form.action == provider.url("/oidc/authorize"))
            // Without the header and without a session: it has been round, and must not go again.
            let stranger = try await Browser().post(form.action, form.hidden)
            #expect(stranger.location?.hasPrefix(provider.url("/login?")) == true)
            let done = try await browser.post(form.action, form.hidden)
            #expect(done.redirected("code") != nil)
            #expect(done.redirected("state") == state)
            let forged = try await browser.post(form.action, [("exeunt_request", "AAAA")])
            #expect(forged.status == 400)
        }
    }

    @Test("a body that is no form is refused")
    func notAForm() async throws {
        try await TestProvider.run { provider in
            let answer = try await Browser().post(
                provider.url("/oidc/authorize"), [("a", "b")], headers: ["Content-Type": "application/json"]
            )
            #expect((400..<500).contains(answer.status))
        }
    }
}

extension Browser.Answer {
    /// The form that brings an answer to the application.
    var postForm: HTMLForm? { HTMLForm(id: "post-form", in: text) }
}
