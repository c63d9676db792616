import ExeuntProvider
import ExeuntTesting
import Foundation
import OpenIDTypes
import SQLStore
import Testing

/// Two servers over one database, as behind a balancer: what one of them did, the other one knows at its next request.
@Suite("Two nodes", .serialized, .timeLimit(.minutes(5)))
struct TwoNodesTests {
    /// The second node, as the balancer reaches it; its own answers name the common issuer.
    struct Node: Sendable {
        let provider: TestProvider
        var origin: String { "http://localhost:\(provider.parts.configuration.listen.port)" }

        func introspects(_ token: String, _ client: TestClient) async throws -> Bool? {
            try await Browser().post(origin + "/oidc/introspect", [("token", token)], headers: client.basic).json?[
                "active"]?.bool
        }

        func userInfo(_ token: String) async throws -> Int {
            try await Browser().get(origin + "/oidc/userinfo", headers: ["Authorization": "Bearer \(token)"]).status
        }

        func refreshError(_ token: String, _ client: TestClient) async throws -> String? {
            let form = [("grant_type", "refresh_token"), ("refresh_token", token)]
            return try await Browser().post(origin + "/oidc/token", form, headers: client.basic).json?["error"]?.string
        }

        func silent(_ browser: Browser, _ client: TestClient) async throws -> Browser.Answer {
            let address = provider.authorizationURL(client, ["prompt": "none"])
            return try await browser.get(address.replacingOccurrences(of: provider.issuer, with: origin))
        }
    }

    private static func run(
        _ engine: DeliveryEngine, _ body: @Sendable (TestProvider, Node) async throws -> Void
    ) async throws {
        try await engine.run { place in
            await place.database.close()
            try await TestProvider.run(database: place.location) { first in
                let issuer = first.parts.configuration.issuer
                try await TestProvider.run(
                    database: place.location, clock: first.clock, configure: { $0.issuer = issuer }
                ) {
                    try await body(first, Node(provider: $0))
                }
            }
        }
    }

    @Test("A-83, A-72, A-80: a logout at one node is the end at the other", arguments: DeliveryEngine.shared)
    func logout(_ engine: DeliveryEngine) async throws {
        try await Self.run(engine) { first, node in
            try await first.addAccount("alice")
            let client = try await first.addClient("one")
            let browser = try Browser()
            let tokens = try await first.signIn(browser, client)
            // The other node knows the login, and has all of it in whatever it keeps.
            #expect(try await node.introspects(tokens.accessToken, client) == true)
            #expect(try await node.userInfo(tokens.accessToken) == 200)
            #expect(try await node.silent(browser, client).redirected("code") != nil)
            _ = try await browser.get(first.logout(client, tokens, state: "s"))
            #expect(try await node.introspects(tokens.accessToken, client) == false)
            #expect(try await node.userInfo(tokens.accessToken) == 401)
            #expect(try await node.silent(browser, client).redirected("error") == "login_required")
            #expect(try await node.refreshError(tokens.refreshToken, client) == "invalid_grant")
        }
    }

    @Test(
        "A-83, A-85: an account's end, everyone's end and a client's removal too", arguments: DeliveryEngine.shared,
        [TerminationCause.accountDisabled, .operatorEnded, .clientRemoved]
    )
    func widerEndings(_ engine: DeliveryEngine, _ cause: TerminationCause) async throws {
        try await Self.run(engine) { first, node in
            let account = try await first.addAccount("alice")
            let client = try await first.addClient("one")
            let other = try await first.addClient("two")
            let tokens = try await first.signIn(try Browser(), client)
            #expect(try await node.introspects(tokens.accessToken, client) == true)
            switch cause {
            case .clientRemoved:
                _ = try await first.clientAdministration.delete(client.id, actor: "test")
                // Not even its secret is known any more.
                #expect(try await node.refreshError(tokens.refreshToken, client) == "invalid_client")
            default:
                let scope: TerminationScope = cause == .accountDisabled ? .account(account) : .everyone
                _ = try await first.parts.termination.end(TerminationRequest(scope: scope, cause: cause, actor: "test"))
                #expect(try await node.introspects(tokens.accessToken, client) == false)
                #expect(try await node.refreshError(tokens.refreshToken, client) == "invalid_grant")
            }
            #expect(try await node.userInfo(tokens.accessToken) == 401)
            #expect(try await node.introspects(tokens.accessToken, other) == false)
        }
    }

    @Test(
        "A-83, A-10: a key made at one node is in the other's next key set, and verifies there",
        arguments: DeliveryEngine.shared)
    func keys(_ engine: DeliveryEngine) async throws {
        try await Self.run(engine) { first, node in
            try await first.addAccount("alice")
            let client = try await first.addClient("one")
            let browser = try Browser()
            let before = try await Browser().get(node.origin + "/oidc/jwks").json?["keys"]?.array?.count ?? 0
            try await first.parts.keys.rotate(.es256, immediately: true, actor: "test")
            #expect(try await Browser().get(node.origin + "/oidc/jwks").json?["keys"]?.array?.count == before + 1)
            let tokens = try await first.signIn(browser, client)
            let hint = [("id_token_hint", tokens.idToken)]
            let answer = try await browser.get(node.origin + "/oidc/logout?" + Parameters.encode(hint))
            #expect(answer.status == 303)
            #expect(try await first.silentError(browser, client) == "login_required")
        }
    }
}
