import ExeuntProvider
import ExeuntTesting
import ForeignKeys
import OpenIDTypes
import Testing

/// Logout tokens as an application receives them, verified with nothing but the published key set.
@Suite("Logout token rows", .timeLimit(.minutes(2)))
struct LogoutTokenRowsTests {
    struct Delivered: Sendable {
        let token: String
        let claims: JSONValue
        let header: JSONObject
        let tokens: TestTokens
        let client: TestClient
        let keys: JSONValue
        let form: [String: String]
    }

    /// One login and one logout of an application that registered `changes`.
    private static func delivered(_ changes: JSONObject) async throws -> Delivered {
        try await FakeRelyingParty.run { party in
            try await TestProvider.run(services: true) { provider in
                try await provider.addAccount("alice")
                var registered = changes
                registered["backchannel_logout_uri"] = .string(party.backChannel)
                let client = try await provider.addClient("one", at: party.origin, registered)
                let browser = try Browser()
                let tokens = try await provider.signIn(browser, client)
                _ = try await browser.get(provider.logout(client, tokens, state: "s"))
                await party.waitFor(1)
                let received = try #require(party.received("/backchannel").first)
                let token = try #require(received.form["logout_token"])
                let keys = try #require(try await browser.get(provider.url("/oidc/jwks")).json)
                return Delivered(
                    token: token, claims: try #require(received.logoutToken),
                    header: try CompactJWS.parse(token).header,
                    tokens: tokens, client: client, keys: keys, form: received.form
                )
            }
        }
    }

    @Test(
        "BC-OP-4, BC-OP-7: sid is in it whether it is required or not, and is the ID token's; sub is the client's own",
        arguments: [true, false], ["public", "pairwise"]
    )
    func sessionAndSubject(_ required: Bool, _ subjectType: String) async throws {
        let got = try await Self.delivered([
            "backchannel_logout_session_required": .bool(required), "subject_type": .string(subjectType),
        ])
        let sid = try #require(got.claims["sid"]?.string)
        #expect(!sid.isEmpty && sid == got.tokens.sid)
        let subject = try #require(got.claims["sub"]?.string)
        #expect(subject == got.tokens.claims["sub"]?.string)
        #expect(got.claims["aud"]?.string == got.client.id.rawValue)
    }

    @Test("BC-OP-8, BC-OP-9: exactly one event with an empty object, never a nonce; one form field")
    func eventAndNonce() async throws {
        let got = try await Self.delivered([:])
        #expect(got.tokens.claims["nonce"]?.string == "the-nonce")
        let events = try #require(got.claims["events"]?.object)
        #expect(events.memberNames == ["http://schemas.openid.net/event/backchannel-logout"])
        #expect(events["http://schemas.openid.net/event/backchannel-logout"] == .object([:]))
        #expect(got.claims["nonce"] == nil)
        #expect(Array(got.form.keys) == ["logout_token"])
    }

    @Test(
        "BC-OP-10, BC-OP-11, B3: signed with a published key by the client's ID token algorithm, RS256 without a wish",
        arguments: [nil, "RS256", "ES256", "EdDSA"] as [String?]
    )
    func algorithm(_ algorithm: String?) async throws {
        let got = try await Self.delivered(["id_token_signed_response_alg": algorithm.map { .string($0) } ?? .null])
        let expected = try #require(SigningAlgorithm(rawValue: algorithm ?? "RS256"))
        for text in [got.token, got.tokens.idToken] {
            let header = try CompactJWS.parse(text).header
            #expect(header["alg"]?.string == expected.rawValue)
            let kid = try #require(header["kid"]?.string)
            #expect(got.keys["keys"]?.array?.count { $0["kid"]?.string == kid } == 1)
            #expect(try await ForeignKeySet.verify(text, keys: got.keys, allowed: [expected]) != nil)
        }
        // The same key as the ID token's.
        #expect(got.header["kid"] == (try CompactJWS.parse(got.tokens.idToken)).header["kid"])
    }

    @Test(
        "BC-OP-11, B4, CO-19: nobody can register an unsigned or a symmetric ID token",
        arguments: ["none", "HS256", ""])
    func unsigned(_ algorithm: String) async throws {
        try await TestProvider.run { provider -> Void in
            _ = await #expect(throws: RegistrationRefusals.self) {
                _ = try await provider.addClient("one", ["id_token_signed_response_alg": .string(algorithm)])
            }
        }
    }

    @Test("CO-19, A-07: an unsigned hint with all the right claims does not suppress the question")
    func unsignedHint() async throws {
        try await EndSessionEndpointTests.signedIn { provider, browser, client, tokens in
            let payload = try #require(tokens.idToken.split(separator: ".").dropFirst().first)
            for header in [#"{"alg":"none"}"#, #"{"alg":"none","typ":"JWT"}"#, #"{"alg":"None"}"#] {
                let hint = Base64URL.encode(Array(header.utf8)) + ".\(payload)."
                let page = try await browser.get(
                    provider.logoutURL([
                        ("id_token_hint", hint), ("post_logout_redirect_uri", client.postLogoutRedirectURI),
                    ])
                )
                #expect(page.status == 200 && page.shows("logout-form"))
            }
            #expect(try await provider.silentError(browser, client) == nil)
        }
    }

    @Test("BC-OP-20: a native application without a server is named on the receipt as one that could not be told")
    func native() async throws {
        try await TestProvider.run(services: true) { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient(
                "Pocket",
                [
                    "application_type": "native", "token_endpoint_auth_method": "none",
                    "redirect_uris": ["com.example.pocket:/callback"],
                    "post_logout_redirect_uris": ["com.example.pocket:/out"], "exeunt_receipt": "always",
                ]
            )
            let browser = try Browser()
            let tokens = try await provider.signIn(browser, client)
            let receipt = try await browser.follow(
                try await browser.get(provider.logout(client, tokens, state: "s")), within: provider.issuer
            )
            #expect(receipt.shows("receipt"))
            #expect(receipt.text.contains("data-client=\"\(client.id.rawValue)\""))
            #expect(receipt.text.contains("data-state=\"no-address\""))
        }
    }
}
