import ExeuntProvider
import ExeuntTesting
import Foundation
import OpenIDTypes
import Testing

/// What browsers keep, and what it is worth after a logout.
@Suite("Cookie rows", .timeLimit(.minutes(2)))
struct CookieRowsTests {
    private static func sessionCookies(_ provider: TestProvider, _ browser: Browser) async -> [CookieJar.Cookie] {
        let name = provider.sessionCookie
        return await browser.jar.cookies.filter { $0.name == name }
    }

    @Test("A-63, A-62: the cookie holds no session: a copy of it from before the logout opens nothing")
    func replay() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, tokens in
            let copy = await browser.jar
            let cookie = try #require(await Self.sessionCookies(provider, browser).first)
            // 256 random bits, and nothing that could be read from them.
            #expect(Base64URL.decode(cookie.value)?.count == 32)
            let thief = try Browser()
            await thief.replaceCookies(copy)
            #expect(try await provider.silentError(thief, client) == nil)
            _ = try await browser.get(provider.logout(client, tokens, state: "s"))
            #expect(try await provider.silentError(thief, client) == "login_required")
            // Not even after the person has signed in again in the same browser.
            _ = try await provider.signIn(browser, client)
            #expect(try await provider.silentError(thief, client) == "login_required")
        }
    }

    @Test("A-63: another value of the same form, and parts of the right one, open nothing")
    func forged() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, _ in
            let value = try #require(await Self.sessionCookies(provider, browser).first?.value)
            let flipped = (value.first == "A" ? "B" : "A") + value.dropFirst()
            for forged in [
                flipped, String(value.dropLast()), value + "A", value.lowercased(), String(value.reversed()), "",
            ] {
                let stranger = try Browser()
                await stranger.plant(name: provider.sessionCookie, value: forged, host: "localhost")
                #expect(try await provider.silentError(stranger, client) == "login_required")
            }
        }
    }

    @Test("A-66: no page of a signed-in person is stored, and signing in and out each change the cookie")
    func backButton() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient("one", ["exeunt_consent": "always"])
            let browser = try Browser()
            let login = try await browser.follow(
                try await browser.get(provider.authorizationURL(client)), within: provider.issuer)
            let posted = try await browser.submit(
                "login-form", on: login, [("username", "alice"), ("password", TestProvider.password)]
            )
            let before = try #require(await Self.sessionCookies(provider, browser).first?.value)
            let consent = try await browser.follow(posted, within: provider.issuer)
            let confirmation = try await browser.get(provider.logoutURL([]))
            let done = try await browser.submit("logout-form", on: confirmation, [("decision", "logout")])
            let end = try await browser.follow(done, within: provider.issuer)
            for answer in [login, posted, consent, confirmation, done, end] {
                #expect(answer.header("cache-control") == "no-store", "\(answer.url)")
            }
            // The change of a cookie is what evicts a kept page.
            #expect(done.header("set-cookie")?.contains(provider.sessionCookie + "=;") == true)
            #expect(done.header("set-cookie")?.contains("Max-Age=0") == true)
            #expect(await Self.sessionCookies(provider, browser).isEmpty)
            // Back to the consent page: it asks the server, and is a login page now.
            let back = try await browser.follow(try await browser.get(consent.url), within: provider.issuer)
            #expect(back.shows("login-form") && !back.shows("consent-form"))
            _ = try await browser.submit(
                "login-form", on: back, [("username", "alice"), ("password", TestProvider.password)]
            )
            #expect(await Self.sessionCookies(provider, browser).first?.value != before)
        }
    }

    @Test("A-70: the domain's other cookies survive, and so does the other account of this browser")
    func othersSurvive() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, tokens in
            try await provider.addAccount("bob")
            await browser.plant(name: "shop", value: "basket", host: "localhost")
            let second = try await provider.addClient("two", at: "http://127.0.0.1:2")
            _ = try await provider.signIn(browser, second, as: "bob", ["prompt": "login"])
            let answer = try await browser.get(provider.logout(client, tokens, state: "s"))
            let end = try await browser.follow(answer, within: provider.issuer)
            for answer in [answer, end] {
                #expect(answer.header("clear-site-data") == nil)
                #expect(answer.header("set-login") == nil)
            }
            // One account of two has left: the cookie and the other one stay.
            #expect(await Self.sessionCookies(provider, browser).count == 1)
            #expect(try await provider.silentError(browser, second) == nil)
            // The last one leaves: our cookie goes, and no other.
            let page = try await browser.get(provider.logoutURL([]))
            let last = try await browser.submit("logout-form", on: page, [("decision", "logout")])
            #expect(last.header("clear-site-data") == nil)
            #expect(await Self.sessionCookies(provider, browser).isEmpty)
            #expect(await browser.jar.cookies.contains { $0.name == "shop" && $0.value == "basket" })
        }
    }
}

extension TestProvider {
    var sessionCookie: String {
        UserAgentCookie(issuer: parts.configuration.issuer, lifetime: .seconds(1)).name
    }
}
