import ExeuntProvider
import ExeuntTesting
import Foundation
import OpenIDTypes
import Testing

@Suite("Account selection", .timeLimit(.minutes(2)))
struct AccountSelectionTests {
    /// Alice and Bob are signed in in one browser, Alice with `first` and Bob with `second`.
    static func two(
        _ body: @Sendable @escaping (TestProvider, Browser, [TestClient], [AccountID]) async throws -> Void
    ) async throws {
        try await TestProvider.run { provider in
            let accounts = [try await provider.addAccount("alice"), try await provider.addAccount("bob")]
            let first = try await provider.addClient("first", at: "http://127.0.0.1:1")
            let second = try await provider.addClient("second", at: "http://127.0.0.1:2")
            let browser = try Browser()
            _ = try await provider.signIn(browser, first, as: "alice")
            provider.clock.advance(by: .seconds(1))
            _ = try await provider.signIn(browser, second, as: "bob", ["prompt": "login"])
            provider.clock.advance(by: .seconds(1))
            try await body(provider, browser, [first, second], accounts)
        }
    }

    /// The form's value for an account on the page.
    static func choice(_ username: String, on page: Browser.Answer) throws -> String {
        let button = try #require(
            page.text.components(separatedBy: "<button").first { $0.contains("data-username=\"\(username)\"") }
        )
        let start = try #require(button.range(of: "value=\"")?.upperBound)
        return String(button[start...].prefix { $0 != "\"" })
    }

    static func choose(
        _ provider: TestProvider, _ browser: Browser, _ page: Browser.Answer, _ username: String
    ) async throws -> Browser.Answer {
        let posted = try await browser.submit("select-form", on: page, [("session", try choice(username, on: page))])
        #expect(posted.status == 303)
        return try await browser.follow(posted, within: provider.issuer)
    }

    @Test("CO-4: each application keeps its account; a new one, and select_account, ask")
    func asks() async throws {
        try await Self.two { provider, browser, clients, accounts in
            for (client, account) in zip(clients, accounts) {
                let silent = try await browser.get(provider.authorizationURL(client, ["prompt": "none"]))
                #expect(try await provider.record(of: silent.redirected("code")).accountID == account)
            }
            let third = try await provider.addClient("third", at: "http://127.0.0.1:3")
            #expect(try await provider.silentError(browser, third) == "account_selection_required")
            for (client, changes) in [(third, [:]), (clients[0], ["prompt": "select_account"])] {
                let page = try await provider.begin(browser, client, changes)
                #expect(page.shows("select-form"))
                #expect(page.text.contains("alice") && page.text.contains("bob"))
                let done = try await Self.choose(provider, browser, page, "bob")
                #expect(try await provider.record(of: done.redirected("code")).accountID == accounts[1])
            }
            let hinted = try await browser.get(provider.authorizationURL(third, ["login_hint": "ALICE"]))
            #expect(try await provider.record(of: hinted.redirected("code")).accountID == accounts[0])
        }
    }

    @Test("CO-4: as somebody else")
    func other() async throws {
        try await Self.two { provider, browser, clients, _ in
            let carol = try await provider.addAccount("carol")
            let page = try await provider.begin(browser, clients[0], ["prompt": "select_account"])
            let posted = try await browser.submit("select-form", on: page, [("other", "1")])
            let login = try await browser.follow(posted, within: provider.issuer)
            #expect(login.shows("login-form"))
            let done = try await provider.pass(browser, login: login, as: "carol")
            #expect(try await provider.record(of: done.redirected("code")).accountID == carol)
        }
    }

    @Test("architecture §1, A-68: after Alice's logout her application does not find itself signed in as Bob")
    func neverSilently() async throws {
        try await Self.two { provider, browser, clients, accounts in
            let silent = try await browser.get(provider.authorizationURL(clients[0], ["prompt": "none"]))
            let session = try await provider.record(of: silent.redirected("code")).sessionID
            try await provider.end(session)
            provider.clock.advance(by: .seconds(1))
            #expect(try await provider.silentError(browser, clients[0]) == "account_selection_required")
            #expect(
                try await provider.silentError(browser, clients[1]) == nil, "Bob's own application is not disturbed")
            let page = try await provider.begin(browser, clients[0])
            #expect(page.shows("select-form"))
            #expect(page.text.contains("data-username=\"bob\"") && !page.text.contains("data-username=\"alice\""))
            let done = try await Self.choose(provider, browser, page, "bob")
            let code = try #require(done.redirected("code"))
            #expect(try await provider.record(of: code).accountID == accounts[1])
            #expect(try await provider.redeem(clients[0], code: code).status == 200)
            #expect(try await provider.silentError(browser, clients[0]) == nil, "the person has said so")
        }
    }

    @Test("A-64, A-65: only a living session of this browser can be chosen")
    func chosen() async throws {
        try await Self.two { provider, browser, clients, _ in
            let page = try await provider.begin(browser, clients[0], ["prompt": "select_account"])
            let value = try Self.choice("alice", on: page)
            let silent = try await browser.get(provider.authorizationURL(clients[0], ["prompt": "none"]))
            let session = try await provider.record(of: silent.redirected("code")).sessionID
            #expect(!value.contains(session.rawValue), "the session's own key stays here")
            let stranger = try Browser()
            let strange = try await provider.begin(stranger, clients[0])
            let own = try #require(HTMLForm(id: "login-form", in: strange.text)?.hidden.first { $0.0 == "interaction" })
            let stolen = try await stranger.post(provider.url("/select"), [own, ("session", value)])
            #expect(try await stranger.follow(stolen, within: provider.issuer).shows("login-form"))
            let forged = try await browser.submit("select-form", on: page, [("session", session.rawValue)])
            #expect(forged.status == 400)
            try await provider.end(session)
            let dead = try await Self.choose(provider, browser, page, "alice")
            #expect(dead.shows("login-form"))
        }
    }
}
