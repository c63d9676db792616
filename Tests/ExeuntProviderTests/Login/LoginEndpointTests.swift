import ExeuntProvider
import ExeuntTesting
import Foundation
import OpenIDTypes
import SQLStore
import Testing

@Suite("Login", .timeLimit(.minutes(2)))
struct LoginEndpointTests {
    @Test("wrong password, unknown, disabled and unusable accounts get one answer, and what was typed but the password")
    func oneAnswer() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let disabled = try await provider.addAccount("dora")
            try await provider.parts.database.write { db in
                _ = try db.execute("UPDATE accounts SET status = 'disabled' WHERE account_id = \(disabled)")
            }
            let client = try await provider.addClient()
            var answers: [String] = []
            for (username, password) in [
                ("alice", "wrong password"), ("nobody", TestProvider.password), ("dora", TestProvider.password),
                ("alice", ""), ("", TestProvider.password),
            ] {
                let browser = try Browser()
                let page = try await provider.begin(browser, client)
                let answer = try await provider.login(browser, on: page, as: username, password: password)
                #expect(answer.status == 403)
                #expect(answer.shows("problem"))
                #expect(answer.shows("login-form"))
                #expect(!answer.text.contains(TestProvider.password))
                #expect(answer.header("set-cookie") == nil)
                answers.append(Self.problem(answer.text))
                // The page is good for another try.
                let done = try await provider.pass(browser, login: answer, as: "alice")
                #expect(done.redirected("code") != nil)
            }
            #expect(Set(answers).count == 1)
        }
    }

    /// The text of the element that says what is wrong.
    static func problem(_ html: String) -> String {
        guard let start = html.range(of: "id=\"problem\"")?.upperBound else { return "" }
        return String(html[start...].drop { $0 != ">" }.dropFirst().prefix { $0 != "<" })
    }

    @Test("a person who fails too often waits, and is told how long; the password is not looked at meanwhile")
    func throttled() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            var page = try await provider.begin(browser, client)
            for _ in 0..<6 { page = try await provider.login(browser, on: page, as: "alice", password: "wrong") }
            let waiting = try await provider.login(browser, on: page, as: "alice")
            #expect(waiting.status == 429)
            #expect(Int(waiting.header("retry-after") ?? "").map { $0 >= 1 } == true)
            provider.clock.advance(by: .seconds(120))
            let done = try await provider.pass(browser, login: waiting, as: "alice")
            #expect(done.redirected("code") != nil)
        }
    }

    @Test("A-60: the browser's secret is new at every sign-in, and an old or planted one is worth nothing")
    func rotation() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let name = UserAgentCookie(issuer: provider.parts.configuration.issuer, lifetime: .seconds(1)).name
            let planted = RandomToken.make()
            let browser = try Browser()
            await browser.plant(name: name, value: planted, host: "localhost")
            _ = try await provider.authorize(browser, client)
            let first = try #require(await browser.cookieHeader(for: "localhost"))
            #expect(!first.contains(planted))
            let thief = try Browser()
            await thief.plant(name: name, value: planted, host: "localhost")
            #expect(try await provider.silentError(thief, client) == "login_required")
            let before = await browser.jar
            let page = try await provider.begin(browser, client, ["prompt": "login"])
            _ = try await provider.pass(browser, login: page, as: "alice")
            #expect(try await provider.silentError(browser, client) == nil)
            await thief.replaceCookies(before)
            #expect(try await provider.silentError(thief, client) == "login_required")
        }
    }

    @Test("the cookie outlives the browser only where the person ticked it")
    func staySignedIn() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            for remember in [false, true] {
                let browser = try Browser()
                let page = try await provider.begin(browser, client)
                let answer = try await provider.login(browser, on: page, as: "alice", remember: remember)
                let cookie = try #require(answer.header("set-cookie"))
                #expect(cookie.contains("Max-Age") == remember)
                #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
            }
        }
    }

    @Test("CO-11: a form of another browser, altered, too old or without its sealed value signs nobody in")
    func forged() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let victim = try Browser()
            let attacker = try Browser()
            let page = try await provider.begin(attacker, client)
            let form = try #require(HTMLForm(id: "login-form", in: page.text))
            let sealed = try #require(form.hidden.first { $0.0 == "interaction" }?.1)
            let credentials = [("username", "alice"), ("password", TestProvider.password)]
            let own = try #require(
                HTMLForm(id: "login-form", in: try await provider.begin(victim, client).text)?.hidden.first?.1
            )
            for (value, browser) in [
                (sealed, victim), (sealed, try Browser()), (sealed + "A", attacker), ("", attacker), (own, attacker),
            ] {
                let answer = try await browser.post(provider.url("/login"), credentials + [("interaction", value)])
                #expect(answer.status == 400)
                #expect(answer.header("set-cookie") == nil)
                #expect(answer.shows("error"))
            }
            provider.clock.advance(by: .seconds(31 * 60))
            let late = try await attacker.post(provider.url("/login"), credentials + [("interaction", sealed)])
            #expect(late.status == 400)
            #expect(try await provider.silentError(victim, client) == "login_required")
            #expect(try await provider.silentError(attacker, client) == "login_required")
        }
    }

    @Test("somebody who comes by themselves signs in, and that is all")
    func plain() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            let page = try await browser.get(provider.url("/login"))
            #expect(page.status == 200 && page.shows("login-form"))
            let wrong = try await provider.login(browser, on: page, as: "alice", password: "wrong")
            #expect(wrong.status == 403)
            let home = try await provider.pass(browser, login: wrong, as: "alice")
            #expect(home.status == 200)
            #expect(home.url == provider.url("/"))
            #expect(try await provider.silentError(browser, client) == nil)
        }
    }

    @Test("Y11, Y12, Y13, B24: the login page shows what the client registered, and the login_hint")
    func links() async throws {
        try await TestProvider.run { provider in
            let client = try await provider.addClient(
                "Garden", at: "http://127.0.0.1:1",
                [
                    "logo_uri": "https://rp.example/logo.png", "policy_uri": "https://rp.example/policy",
                    "tos_uri": "https://rp.example/terms",
                ]
            )
            let page = try await provider.begin(Browser(), client, ["login_hint": "buffy@op.example"])
            for text in [
                "Garden", "https://rp.example/logo.png", "https://rp.example/policy", "https://rp.example/terms",
                "buffy@op.example",
            ] { #expect(page.text.contains(text)) }
        }
    }
}

@Suite("Login: what happens meanwhile", .timeLimit(.minutes(2)))
struct LoginRaceTests {
    @Test("a password that was changed, or an account disabled, while it was being checked starts no session")
    func changedMeanwhile() async throws {
        try await TestProvider.run { provider in
            let id = try await provider.addAccount("alice")
            let parts = provider.parts
            let now = provider.clock.now
            let place = LoginStore.Place(browserSecret: nil, persistent: false, address: "a", agent: "b")
            let store = LoginStore(accounts: parts.accounts, sessions: parts.sessions)
            let checked = try await parts.database.read { db in try #require(try parts.accounts.find(id, in: db)) }
            try await parts.database.write { db in
                _ = try db.execute("UPDATE accounts SET password_hash = 'renewed' WHERE account_id = \(id)")
            }
            // Only renewed for its cost: `updated_at` is as it was.
            _ = try await parts.database.write { db in try store.signIn(checked, at: place, in: db, now: now) }
            try await parts.database.write { db in
                _ = try db.execute(
                    "UPDATE accounts SET password_hash = 'other', updated_at = \(now + .seconds(1)) WHERE account_id = \(id)"
                )
            }
            await #expect(throws: LoginStore.AccountChangedMeanwhile.self) {
                try await parts.database.write { db in try store.signIn(checked, at: place, in: db, now: now) }
            }
            try await parts.database.write { db in
                _ = try db.execute("UPDATE accounts SET status = 'disabled' WHERE account_id = \(id)")
            }
            await #expect(throws: AccountNotActive.self) {
                try await parts.database.write { db in try store.signIn(checked, at: place, in: db, now: now) }
            }
            let sessions = try await parts.database.read { db in
                try db.rows("SELECT session_id FROM sessions WHERE account_id = \(id)").count
            }
            #expect(sessions == 1)
        }
    }

    @Test("A-65: signed out in one tab, the other tab's finished login leads to the login page, and to no code")
    func resurrection() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            try await provider.addAccount("bob")
            let client = try await provider.addClient()
            let browser = try Browser()
            // Bob is signed in too, and must not be taken instead.
            _ = try await provider.authorize(browser, client, as: "bob", ["prompt": "login"])
            let page = try await provider.begin(browser, client, ["prompt": "login"])
            let posted = try await provider.login(browser, on: page, as: "alice")
            let session = try await provider.parts.database.read { db in
                try #require(try db.row("SELECT session_id FROM sessions ORDER BY seq DESC LIMIT 1"))
                    .value("session_id", as: SessionID.self)
            }
            try await provider.end(session)
            let answer = try await browser.follow(posted, within: provider.issuer)
            #expect(answer.status == 200)
            #expect(answer.shows("login-form"))
            let codes = try await provider.parts.database.read { db in
                try db.rows("SELECT code_hash FROM authorization_codes WHERE session_id = \(session)").count
            }
            #expect(codes == 0)
            // Signing in anew goes on with the same request.
            let done = try await provider.pass(browser, login: answer, as: "alice")
            let record = try await provider.record(of: done.redirected("code"))
            #expect(record.sessionID != session)
        }
    }

    @Test("A-64: another account signs in in another tab; the first tab still finishes as its own")
    func mixUp() async throws {
        try await TestProvider.run { provider in
            let alice = try await provider.addAccount("alice")
            let bob = try await provider.addAccount("bob")
            let client = try await provider.addClient()
            let browser = try Browser()
            let tabA = try await provider.begin(browser, client, ["state": "a"])
            let tabB = try await provider.begin(browser, client, ["state": "b"])
            let postedA = try await provider.login(browser, on: tabA, as: "alice")
            let doneB = try await provider.pass(browser, login: tabB, as: "bob")
            let doneA = try await browser.follow(postedA, within: provider.issuer)
            #expect(doneA.redirected("state") == "a")
            #expect(try await provider.record(of: doneA.redirected("code")).accountID == alice)
            #expect(doneB.redirected("state") == "b")
            #expect(try await provider.record(of: doneB.redirected("code")).accountID == bob)
        }
    }

    @Test("A-67, A-68: after the end of the session nothing is silent, at once and every time")
    func afterLogout() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            let page = try await provider.begin(browser, client)
            let posted = try await provider.login(browser, on: page, as: "alice", remember: true)
            let done = try await browser.follow(posted, within: provider.issuer)
            let record = try await provider.record(of: done.redirected("code"))
            #expect(try await provider.silentError(browser, client) == nil)
            try await provider.end(record.sessionID)
            let errors = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<8 { group.addTask { try await provider.silentError(browser, client) } }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            #expect(errors == Array(repeating: "login_required", count: 8))
            #expect(try await provider.begin(browser, client).shows("login-form"))
            // The finished interaction of the tab that had signed in is no way back either.
            let back = try await browser.follow(posted, within: provider.issuer)
            #expect(back.shows("login-form"))
        }
    }
}
