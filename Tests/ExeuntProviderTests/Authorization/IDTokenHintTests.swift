import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import Testing

@Suite("Authorization endpoint: id_token_hint", .timeLimit(.minutes(2)))
struct IDTokenHintTests {
    @Test("B23, CO-9: the hint's person is signed in; an expired hint of ours is as good, whatever key signed it")
    func accepted() async throws {
        try await TestProvider.run { provider in
            let alice = try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let browser = try Browser()
            _ = try await provider.authorize(browser, client)
            for (age, algorithm) in [(Duration.zero, SigningAlgorithm.es256), (.seconds(9_000_000), .rs256)] {
                let hint = try await provider.idToken(for: client, subject: alice, age: age, algorithm: algorithm)
                let answer = try await browser.get(
                    provider.authorizationURL(client, ["prompt": "none", "id_token_hint": hint])
                )
                #expect(try await provider.record(of: answer.redirected("code")).accountID == alice)
            }
        }
    }

    @Test("CO-9: never an answer about somebody else than the hint's person")
    func somebodyElse() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let bob = try await provider.addAccount("bob")
            let client = try await provider.addClient()
            let browser = try Browser()
            _ = try await provider.authorize(browser, client, as: "alice")
            let hint = try await provider.idToken(for: client, subject: bob)
            let silent = try await browser.get(
                provider.authorizationURL(client, ["prompt": "none", "id_token_hint": hint])
            )
            #expect(silent.redirected("error") == "login_required")
            let page = try await provider.begin(browser, client, ["id_token_hint": hint])
            #expect(page.shows("login-form"))
            #expect(page.text.contains("value=\"bob\""))
            let asAlice = try await provider.pass(browser, login: page, as: "alice")
            #expect(asAlice.redirected("error") == "login_required")
            #expect(asAlice.redirected("code") == nil)
            let again = try await provider.begin(browser, client, ["id_token_hint": hint])
            let asBob = try await provider.pass(browser, login: again, as: "bob")
            #expect(try await provider.record(of: asBob.redirected("code")).accountID == bob)
        }
    }

    @Test("CO-9: altered, unsigned, foreign and other clients' tokens are no hints")
    func refused() async throws {
        try await TestProvider.run { provider in
            let alice = try await provider.addAccount("alice")
            let client = try await provider.addClient()
            let other = try await provider.addClient("other", at: "http://127.0.0.1:2")
            let browser = try Browser()
            _ = try await provider.authorize(browser, client)
            let good = try await provider.idToken(for: client, subject: alice)
            let parts = good.split(separator: ".").map(String.init)
            let unsigned = Base64URL.encode(Array(#"{"alg":"none"}"#.utf8)) + ".\(parts[1])."
            let foreign = try await provider.idToken(for: other, subject: alice)
            let changed = parts[0] + "." + parts[1] + "." + String(parts[2].reversed())
            for hint in [unsigned, foreign, changed, "x"] {
                let answer = try await browser.get(provider.authorizationURL(client, ["id_token_hint": hint]))
                #expect(answer.redirected("error") == "invalid_request")
                #expect(answer.redirected("code") == nil)
            }
        }
    }
}
