import ExeuntRelyingParty
import ExeuntTesting
import Foundation
import HTTPTypes
import OpenIDTypes
import Testing

/// The adapter's routes against a real provider, over real connections.
@Suite("Applications at a provider", .timeLimit(.minutes(1)))
struct JourneyTests {
    private static func two(
        services: Bool = true,
        _ changes: JSONObject = [:],
        _ body: @Sendable (TestProvider, Browser, SampleSite, SampleSite) async throws -> Void
    ) async throws {
        try await TestProvider.run(services: services) { provider in
            try await provider.addAccount("alice")
            try await SampleSite.run("one", at: provider, changes) { one in
                try await SampleSite.run("two", at: provider, changes) { two in
                    try await body(provider, try Browser(), one, two)
                }
            }
        }
    }

    @Test("RPI-RP-1, RPI-RP-2, BC-RP-7, BC-OP-16: signed in to both with one password, signed out in one, out of both")
    func everywhere() async throws {
        try await Self.two { provider, browser, one, two in
            try await one.signIn(browser, at: provider)
            try await two.signIn(browser, at: provider)
            #expect(try await one.who(browser) != "nobody")
            #expect(try await two.who(browser) != "nobody")

            let leaving = try await browser.post(one.origin + "/logout", [])
            // RPI-RP-4: the application's own session ends before the provider is asked.
            #expect(try await one.who(browser) == "nobody")
            let address = try #require(leaving.location)
            let query = Browser.query(of: address)
            #expect(address.hasPrefix(provider.issuer + "/oidc/logout?"))
            #expect(query["id_token_hint"]?.isEmpty == false && query["post_logout_redirect_uri"] == one.origin + "/")
            let back = try await browser.follow(try await browser.get(address), within: provider.issuer)
            let home = try #require(back.location)
            #expect(home == one.origin + "/?state=" + (query["state"] ?? ""))
            // RPI-RP-5: this browser's own state, and no proof of anything.
            #expect(try await browser.get(home).text == "nobody returns")
            #expect(try await two.who(browser) == "nobody")
            #expect(try await provider.silentError(browser, one.client) == "login_required")
        }
    }

    @Test("FC-RP-1, FC-RP-6: the frame ends the session without the application's cookie")
    func frame() async throws {
        try await Self.two { provider, browser, one, _ in
            try await one.signIn(browser, at: provider)
            let key = try #require(await browser.jar.cookies.first { $0.name == "app-session" }?.value)
            let sid = try #require(await one.sessions.find(key)?.sid)
            let query = Parameters.encode([("iss", provider.issuer), ("sid", sid)])
            let frame = try await Browser().get(one.origin + "/frontchannel-logout?" + query, crossSite: true)
            #expect(frame.status == 200 && frame.header("Cache-Control") == "no-store")
            #expect(frame.header("Content-Security-Policy")?.contains("frame-ancestors " + provider.issuer) == true)
            #expect(frame.header("X-Frame-Options") == nil)
            #expect(try await one.who(browser) == "nobody")
        }
    }

    @Test("FC-RP-1: where the frame has its cookie, that goes too; another session's cookie stays")
    func frameWithCookie() async throws {
        try await Self.two { provider, browser, one, _ in
            try await one.signIn(browser, at: provider)
            let stranger = try await browser.get(one.origin + "/frontchannel-logout?iss=x&sid=y")
            #expect(stranger.headers[.setCookie] == nil)
            let key = try #require(await browser.jar.cookies.first { $0.name == "app-session" }?.value)
            let sid = try #require(await one.sessions.find(key)?.sid)
            let query = Parameters.encode([("iss", provider.issuer), ("sid", sid)])
            let frame = try await browser.get(one.origin + "/frontchannel-logout?" + query)
            #expect(frame.headers[.setCookie] == "app-session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
        }
    }

    @Test(
        "RPI-RP-5: arriving at the post-logout address means nothing without this browser's state",
        arguments: [
            "/", "/?state=", "/?state=guess",
        ])
    func uninvited(_ path: String) async throws {
        try await Self.two { provider, browser, one, _ in
            try await one.signIn(browser, at: provider)
            let subject = try await one.who(browser)
            #expect(
                try await browser.get(one.origin + path).text == subject, "still signed in, and not back from anywhere")
        }
    }

    @Test("RPI-RP-4: a decline at the provider leaves the application signed out, and the others as they were")
    func declined() async throws {
        try await Self.two { provider, browser, one, two in
            try await one.signIn(browser, at: provider)
            try await two.signIn(browser, at: provider)
            let leaving = try await browser.post(one.origin + "/logout", [])
            // The hint is lost on the way, so that the provider asks.
            var query = Browser.query(of: try #require(leaving.location))
            query["id_token_hint"] = nil
            let page = try await browser.get(provider.logoutURL(query.map { ($0.key, $0.value) }))
            #expect(page.shows("logout-form"))
            _ = try await browser.submit("logout-form", on: page, [("decision", "stay")])
            #expect(try await one.who(browser) == "nobody")
            #expect(try await two.who(browser) != "nobody")
        }
    }

    @Test(
        "A-14: another site cannot sign anybody out of the application",
        arguments: [
            ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"], ["Origin": "https://evil.example"],
            ["Origin": "null"],
        ])
    func forgedForm(_ headers: [String: String]) async throws {
        try await Self.two { provider, browser, one, _ in
            try await one.signIn(browser, at: provider)
            let subject = try await one.who(browser)
            #expect(try await browser.post(one.origin + "/logout", [], headers: headers).status == 403)
            #expect(try await one.who(browser) == subject)
            let own = ["Origin": one.origin]
            #expect(try await browser.post(one.origin + "/logout", [], headers: own).status == 303)
            #expect(try await one.who(browser) == "nobody")
        }
    }

    @Test("RFC 6749 §10.12: another browser's answer signs nobody in, and a callback works once")
    func loginForgery() async throws {
        try await Self.two { provider, browser, one, _ in
            let attacker = try Browser()
            try await one.signIn(attacker, at: provider)
            let leaving = try await attacker.get(one.origin + "/login")
            let answer = try await attacker.follow(
                try await attacker.get(try #require(leaving.location)), within: provider.issuer
            )
            let callback = try #require(answer.location)
            // The victim follows the attacker's link, before and after leaving for a login of its own.
            #expect(try await browser.get(callback).status == 303)
            #expect(try await one.who(browser) == "nobody")
            _ = try await browser.get(one.origin + "/login")
            #expect(try await browser.get(callback).status == 400)
            #expect(try await one.who(browser) == "nobody")
        }
    }

    @Test("A-60: every login gives a new session key, and the earlier one is dead")
    func rotation() async throws {
        try await Self.two { provider, browser, one, _ in
            try await one.signIn(browser, at: provider)
            let first = try #require(await browser.jar.cookies.first { $0.name == "app-session" }?.value)
            try await one.signIn(browser, at: provider)
            let second = try #require(await browser.jar.cookies.first { $0.name == "app-session" }?.value)
            #expect(first != second)
            #expect(await one.sessions.find(first) == nil)
            #expect(await one.sessions.find(second) != nil)
        }
    }

    @Test("A-61: two session cookies are none; cookies are HttpOnly and Lax")
    func cookies() async throws {
        try await Self.two { provider, browser, one, _ in
            try await one.signIn(browser, at: provider)
            let key = try #require(await browser.jar.cookies.first { $0.name == "app-session" })
            #expect(key.isHTTPOnly && key.sameSite == "lax")
            let headers = ["Cookie": "app-session=\(key.value); app-session=\(key.value)"]
            #expect(try await Browser().get(one.origin + "/", headers: headers).text == "nobody")
            let alone = ["Cookie": "x=y; app-session=\(key.value)"]
            #expect(try await Browser().get(one.origin + "/", headers: alone).text != "nobody")
        }
    }

    @Test(
        "BC-RP-6, BC-RP-8: over HTTP, what is no logout token gets 400 and no-store",
        arguments: [
            ("application/x-www-form-urlencoded", "a.b.c"), ("application/x-www-form-urlencoded", ""),
            ("application/json", "a.b.c"), ("text/plain", "a.b.c"),
            ("application/x-www-form-urlencoded", String(repeating: "x", count: 80_000)),
        ])
    func refused(_ type: String, _ token: String) async throws {
        try await Self.two { _, browser, one, _ in
            let url = one.origin + "/backchannel-logout"
            let answer = try await browser.post(url, [("logout_token", token)], headers: ["Content-Type": type])
            #expect(answer.status == 400)
            #expect(answer.header("Cache-Control") == "no-store")
        }
    }
}
