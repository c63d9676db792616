import ExeuntProvider
import Foundation
import ExeuntTesting
import OpenIDTypes
import Testing

/// Frames, the pages around them, and the receipt.
@Suite("Front-channel and receipt", .timeLimit(.minutes(2)))
struct FrontChannelTests {
    static func frontChannel(_ party: FakeRelyingParty, query: String = "") -> JSONObject {
        ["frontchannel_logout_uri": .string(party.frontChannel + query), "frontchannel_logout_session_required": true]
    }

    @Test(
        "FC-OP-2, FC-OP-3, FC-OP-4, FC-OP-5, A-51, A-52, F2: one page, a frame per application, iss and sid, our own CSP"
    )
    func frames() async throws {
        try await FakeRelyingParty.run { one in
            try await FakeRelyingParty.run { two in
                try await TestProvider.run(services: true) { provider in
                    try await provider.addAccount("alice")
                    let first = try await provider.addClient(
                        "one", at: one.origin, Self.frontChannel(one, query: "?a=b"))
                    let second = try await provider.addClient("two", at: two.origin, Self.frontChannel(two))
                    let browser = try Browser()
                    let tokens = try await provider.signIn(browser, first)
                    let others = try await provider.signIn(browser, second)
                    let start = try await browser.get(provider.logout(first, tokens, state: "s"))
                    let page = try await browser.follow(start, within: provider.issuer)
                    #expect(page.status == 200)
                    let frames = page.text.components(separatedBy: "<iframe").dropFirst()
                    #expect(frames.count == 2)
                    for frame in frames { #expect(frame.contains("sandbox=\"allow-scripts allow-same-origin\"")) }
                    let issuer = FormEncoding.percentEncode(provider.issuer)
                    for (address, tokens) in [(one.frontChannel + "?a=b&", tokens), (two.frontChannel + "?", others)] {
                        let expected = "\(address)iss=\(issuer)&sid=\(tokens.sid)"
                        #expect(page.text.contains(expected.replacingAmpersands()))
                    }
                    let policy = try #require(page.header("content-security-policy"))
                    let sources = policy.split(separator: ";").first { $0.contains("frame-src") }
                    #expect(sources?.contains(one.origin) == true && sources?.contains(two.origin) == true)
                    #expect(page.text.contains("<noscript>"))
                    // Going on: the frames prove nothing, so the receipt is shown, with the way back (FC-OP-10).
                    let next = try #require(
                        page.text.between("content=\"", "\"")?.between("url=", nil) ?? page.continueURL)
                    let receipt = try await browser.follow(
                        try await browser.get(Browser.resolve(next, against: page.url)),
                        within: provider.issuer)
                    #expect(receipt.shows("receipt"))
                    #expect(
                        receipt.text.contains("data-state=\"askedThroughBrowser\"")
                            || receipt.text.contains("data-state=\"asked_through_browser\"")
                            || receipt.text.contains("cannot be confirmed"))
                    #expect(receipt.text.contains((first.postLogoutRedirectURI + "?state=s").replacingAmpersands()))
                }
            }
        }
    }

    @Test("F2: with receipt never the browser goes on after the frames")
    func receiptNever() async throws {
        try await FakeRelyingParty.run { party in
            try await TestProvider.run(services: true) { provider in
                try await provider.addAccount("alice")
                var changes = Self.frontChannel(party)
                changes["exeunt_receipt"] = "never"
                let client = try await provider.addClient("one", at: party.origin, changes)
                let browser = try Browser()
                let tokens = try await provider.signIn(browser, client)
                let page = try await browser.follow(
                    try await browser.get(provider.logout(client, tokens, state: "s")), within: provider.issuer
                )
                let next = try #require(page.continueURL)
                let end = try await browser.follow(
                    try await browser.get(Browser.resolve(next, against: page.url)), within: provider.issuer
                )
                #expect(end.location == client.postLogoutRedirectURI + "?state=s")
            }
        }
    }

    @Test("A-42, A-41: an application that is down: the receipt names it and its error, and the browser is not kept")
    func downApplication() async throws {
        let port = try FreePort.find()
        try await TestProvider.run(services: true) { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient(
                "Down & out", at: "http://127.0.0.1:\(port)",
                ["backchannel_logout_uri": .string("http://127.0.0.1:\(port)/backchannel")]
            )
            let browser = try Browser()
            let tokens = try await provider.signIn(browser, client)
            let receipt = try await browser.follow(
                try await browser.get(provider.logout(client, tokens, state: "s")), within: provider.issuer
            )
            #expect(receipt.shows("receipt"))
            #expect(receipt.text.contains("data-state=\"pending\""))
            #expect(receipt.text.contains("Down &amp; out"))
            #expect(receipt.text.contains("refused") || receipt.text.contains("connect"))
            // Unguessable, and for this browser alone.
            #expect(try await Browser().get(receipt.url).status == 404)
            #expect(try await browser.get(receipt.url + "x").status == 404)
            provider.clock.advance(by: .seconds(3601))
            #expect(try await browser.get(receipt.url).status == 404)
        }
    }

    @Test("RPI-OP-15: a hanging application holds the browser for two seconds at most")
    func hangingApplication() async throws {
        try await FakeRelyingParty.run { party in
            party.behave(.hang)
            try await TestProvider.run(services: true) { provider in
                try await provider.addAccount("alice")
                let client = try await provider.addClient(
                    "rp", at: party.origin, EndSessionEndpointTests.backChannel(party))
                let browser = try Browser()
                let tokens = try await provider.signIn(browser, client)
                let clock = ContinuousClock()
                let start = clock.now
                let answer = try await browser.get(provider.logout(client, tokens, state: "s"))
                // The attempt itself would take ten; a busy machine is given some of the difference.
                #expect(clock.now - start < .seconds(8))
                #expect(answer.location?.contains("/oidc/logout/receipt/") == true)
            }
        }
    }
}

extension Browser.Answer {
    /// Where the page's continue link or noscript refresh leads.
    var continueURL: String? {
        guard let tag = text.components(separatedBy: "<a ").first(where: { $0.contains("id=\"continue\"") }) else {
            return nil
        }
        return tag.between("href=\"", "\"")?.replacingOccurrences(of: "&amp;", with: "&")
    }
}

extension String {
    func between(_ start: String, _ end: String?) -> String? {
        guard let from = range(of: start)?.upperBound else { return nil }
        guard let end else { return String(self[from...]) }
        guard let to = self[from...].range(of: end)?.lowerBound else { return nil }
        return String(self[from..<to])
    }

    func replacingAmpersands() -> String { replacingOccurrences(of: "&", with: "&amp;") }
}
