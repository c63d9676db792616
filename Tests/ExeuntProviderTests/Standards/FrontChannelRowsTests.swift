import ExeuntProvider
import ExeuntTesting
import Foundation
import OpenIDTypes
import Testing

@Suite("Front-channel rows", .timeLimit(.minutes(2)))
struct FrontChannelRowsTests {
    @Test("FC-OP-1, A-47: a frame for each application of this session, none for others, however often it signed in")
    func membership() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            try await provider.addAccount("bob")
            var clients: [TestClient] = []
            for index in 1...4 {
                let origin = "http://127.0.0.1:\(index)"
                clients.append(
                    try await provider.addClient(
                        "app \(index)", at: origin, ["frontchannel_logout_uri": .string(origin + "/frontchannel")])
                )
            }
            let browser = try Browser()
            let tokens = try await provider.signIn(browser, clients[0])
            _ = try await provider.signIn(browser, clients[1])
            _ = try await provider.signIn(browser, clients[1])
            // Another browser and another person: not this session's.
            _ = try await provider.signIn(try Browser(), clients[2])
            _ = try await provider.signIn(try Browser(), clients[3], as: "bob")
            let page = try await browser.follow(
                try await browser.get(provider.logout(clients[0], tokens, state: "s")), within: provider.issuer
            )
            let frames = page.text.components(separatedBy: "<iframe src=\"").dropFirst().map { $0.prefix { $0 != "?" } }
            #expect(
                frames.map(String.init).sorted() == [
                    "http://127.0.0.1:1/frontchannel", "http://127.0.0.1:2/frontchannel",
                ])
        }
    }

    @Test(
        "FC-OP-9, FC-OP-11: a sid is 128 random bits: of a hundred sessions none is like another, and none is guessable"
    )
    func entropy() async throws {
        try await DeliveryEngine.memory.run { place in
            try await place.addAccount("anna")
            try await place.addClient("one")
            var sids: Set<String> = []
            var sessions: Set<String> = []
            for _ in 0..<100 {
                let session = try await place.signIn().session
                sids.insert(try #require(try await place.join(session.id, "one")).rawValue)
                sessions.insert(session.id.rawValue)
            }
            #expect(sids.count == 100)
            for sid in sids {
                #expect(Base64URL.decode(sid)?.count == 16)
                // Never the session's own key, and nothing that begins alike as a counter would.
                #expect(!sessions.contains(sid))
            }
            #expect(Set(sids.map { $0.prefix(4) }).count > 95)
            // Every one of the 128 bits is used.
            let seen = sids.compactMap { Base64URL.decode($0) }
            for index in 0..<16 {
                #expect(seen.reduce(UInt8(0)) { $0 | $1[index] } == 0xFF)
                #expect(seen.reduce(UInt8(0xFF)) { $0 & $1[index] } == 0)
            }
        }
    }

    @Test("A-54: the page itself leads on: after its frames by script, after the time limit without; never before")
    func waits() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient(
                "slow", ["frontchannel_logout_uri": "http://127.0.0.1:1/frontchannel", "exeunt_receipt": "never"]
            )
            let browser = try Browser()
            let tokens = try await provider.signIn(browser, client)
            let page = try await browser.follow(
                try await browser.get(provider.logout(client, tokens, state: "s")), within: provider.issuer
            )
            #expect(page.status == 200 && page.location == nil && page.header("refresh") == nil)
            let wait = try #require(page.text.between("data-wait=\"", "\"").flatMap(Int.init))
            #expect(wait == 2)
            // Without script: one refresh, inside noscript, not before the frames had their time.
            let inside = page.text.components(separatedBy: "<noscript>").dropFirst().map {
                $0.between("", "</noscript>") ?? $0
            }
            let refreshes = page.text.components(separatedBy: "http-equiv=\"refresh\"").count - 1
            #expect(refreshes == 1)
            let refresh = try #require(inside.first { $0.contains("http-equiv=\"refresh\"") })
            let seconds = try #require(refresh.between("content=\"", ";").flatMap(Int.init))
            #expect(seconds >= wait)
            // With script: what counts the frames is loaded before them, so that none that loads at once is missed.
            let script = try #require(page.text.range(of: "front-channel.js"))
            let frame = try #require(page.text.range(of: "<iframe"))
            #expect(script.lowerBound < frame.lowerBound)
            let next = try #require(page.continueURL)
            let end = try await browser.get(Browser.resolve(next, against: page.url))
            #expect(end.status == 303 && end.location == client.postLogoutRedirectURI + "?state=s")
        }
    }
}
