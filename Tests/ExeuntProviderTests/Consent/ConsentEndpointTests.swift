import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Consent", .timeLimit(.minutes(2)))
struct ConsentEndpointTests {
    static func ask(
        _ provider: TestProvider, _ browser: Browser, _ client: TestClient, _ changes: [String: String] = [:]
    ) async throws -> Browser.Answer {
        let page = try await provider.begin(browser, client, changes)
        return page.shows("login-form") ? try await provider.pass(browser, login: page, as: "alice") : page
    }

    static func decide(
        _ provider: TestProvider, _ browser: Browser, _ page: Browser.Answer, _ decision: String
    ) async throws -> Browser.Answer {
        let posted = try await browser.submit("consent-form", on: page, [("decision", decision)])
        #expect(posted.status == 303)
        return try await browser.follow(posted, within: provider.issuer)
    }

    @Test("CO-5: asked once per scope, remembered, and never silently assumed")
    func first() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient("Garden", at: "http://127.0.0.1:1", ["exeunt_consent": "first"])
            let browser = try Browser()
            let page = try await Self.ask(provider, browser, client)
            #expect(page.shows("consent-form") && page.shows("allow") && page.shows("deny"))
            #expect(page.text.contains("Garden"))
            #expect(try await provider.silentError(browser, client) == "consent_required")
            #expect(try await Self.decide(provider, browser, page, "allow").redirected("code") != nil)
            #expect(try await provider.silentError(browser, client) == nil)
            let more = try await Self.ask(provider, browser, client, ["scope": "openid email"])
            #expect(more.shows("consent-form"))
            let denied = try await Self.decide(provider, browser, more, "deny")
            #expect(denied.redirected("error") == "access_denied")
            #expect(denied.redirected("state") == "the-state")
            #expect(denied.redirected("iss") == provider.issuer)
            #expect(denied.redirected("code") == nil)
            #expect(try await provider.silentError(browser, client) == nil, "a denial withdraws nothing")
            #expect(try await Self.ask(provider, browser, client, ["scope": "openid email"]).shows("consent-form"))
        }
    }

    @Test("CO-5: always, and prompt=consent, ask every time")
    func always() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let always = try await provider.addClient("a", at: "http://127.0.0.1:1", ["exeunt_consent": "always"])
            let never = try await provider.addClient("b", at: "http://127.0.0.1:2")
            let browser = try Browser()
            for _ in 0..<2 {
                let page = try await Self.ask(provider, browser, always)
                #expect(page.shows("consent-form"))
                #expect(try await Self.decide(provider, browser, page, "allow").redirected("code") != nil)
                let asked = try await Self.ask(provider, browser, never, ["prompt": "consent"])
                #expect(asked.shows("consent-form"))
                #expect(try await Self.decide(provider, browser, asked, "allow").redirected("code") != nil)
                #expect(try await Self.ask(provider, browser, never).redirected("code") != nil)
            }
        }
    }

    @Test("CO-14: offline access only with the person's word, and then said on the page")
    func offline() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            let scope = ["scope": "openid offline_access"]
            let plain = try await Self.ask(provider, browser, client, scope)
            let without = try await provider.record(of: plain.redirected("code"))
            #expect(without.offline == false && without.scope == ["openid"])
            let page = try await Self.ask(provider, browser, client, scope.merging(["prompt": "consent"]) { a, _ in a })
            #expect(page.shows("consent-form"))
            let done = try await Self.decide(provider, browser, page, "allow")
            let with = try await provider.record(of: done.redirected("code"))
            #expect(with.offline && with.scope == ["openid", "offline_access"])
            let trusted = try await provider.addClient("t", at: "http://127.0.0.1:2", ["exeunt_offline": true])
            let quiet = try await Self.ask(provider, browser, trusted, scope)
            #expect(try await provider.record(of: quiet.redirected("code")).offline)
        }
    }

    @Test("A-65: signed out while the question stood on the screen, the answer gives no code and stores nothing")
    func signedOutMeanwhile() async throws {
        try await TestProvider.run { provider in
            let alice = try await provider.addAccount("alice")
            let client = try await provider.addClient("a", at: "http://127.0.0.1:1", ["exeunt_consent": "first"])
            let browser = try Browser()
            let page = try await Self.ask(provider, browser, client)
            #expect(page.shows("consent-form"))
            let session = try await provider.parts.database.read { db in
                try #require(try db.row("SELECT session_id FROM sessions")).value("session_id", as: SessionID.self)
            }
            try await provider.end(session)
            let answer = try await Self.decide(provider, browser, page, "allow")
            #expect(answer.shows("login-form"))
            let stored = try await provider.parts.database.read { db in
                try ConsentStore().scopes(of: alice, client: client.id, in: db)
            }
            #expect(stored == nil)
            // Signing in again asks again: the old answer is not carried over.
            let again = try await provider.pass(browser, login: answer, as: "alice")
            #expect(again.shows("consent-form"))
        }
    }

    @Test("CO-11: another browser's question, and an answer that is none, are refused")
    func forged() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient("a", at: "http://127.0.0.1:1", ["exeunt_consent": "first"])
            let browser = try Browser()
            let page = try await Self.ask(provider, browser, client)
            let form = try #require(HTMLForm(id: "consent-form", in: page.text))
            let elsewhere = try await Browser().post(provider.url("/consent"), form.hidden + [("decision", "allow")])
            #expect(elsewhere.status == 400)
            for fields in [form.hidden, form.hidden + [("decision", "maybe")], [("decision", "allow")]] {
                let answer = try await browser.post(provider.url("/consent"), fields)
                #expect(answer.status == 400)
                #expect(answer.location == nil)
            }
            #expect(try await provider.silentError(browser, client) == "consent_required")
        }
    }
}
