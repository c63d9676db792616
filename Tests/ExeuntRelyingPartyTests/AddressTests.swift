import ExeuntRelyingParty
import ExeuntTesting
import Foundation
import OpenIDTypes
import Testing

@Suite("Addresses to send the browser to", .timeLimit(.minutes(1)))
struct AddressTests {
    static func transaction() throws -> LoginTransaction {
        // RFC 7636, appendix B: a verifier whose challenge is known.
        let json = #"{"state":"st","nonce":"no","codeVerifier":"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}"#
        return try JSONDecoder().decode(LoginTransaction.self, from: Data(json.utf8))
    }

    @Test("Core §3.1.2.1, RFC 7636 §4.3: the login address, to the letter, with the endpoint's own query kept")
    func login() async throws {
        try await ApplicationPlace.run { place in
            let url = try await place.party.loginURL(Self.transaction(), prompt: "login")
            #expect(
                url == place.provider.issuer
                    + "/authorize?tenant=a%20b&response_type=code&client_id=the%20client"
                    + "&redirect_uri=http%3A%2F%2Fapp.localhost%2Fcallback&scope=openid%20profile%20offline_access"
                    + "&state=st&nonce=no&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
                    + "&code_challenge_method=S256&prompt=login"
            )
        }
    }

    @Test("RPI-RP-1, RPI-RP-2, RPI-RP-3: the logout address, to the letter: hint, client, the registered return, state")
    func logout() async throws {
        try await ApplicationPlace.run { place in
            let url = try await place.party.logoutURL(idTokenHint: "a.b.c", state: "x y")
            #expect(
                url == place.provider.issuer
                    + "/logout?id_token_hint=a.b.c&client_id=the%20client"
                    + "&post_logout_redirect_uri=http%3A%2F%2Fapp.localhost%2F%3Fa%3D1%26b%3D%C3%BC&state=x%20y"
            )
        }
    }

    @Test("RPI-RP-2: a logout without a hint names the client; another registered return may be chosen")
    func logoutWithoutHint() async throws {
        try await ApplicationPlace.run { place in
            let url = try await place.party.logoutURL(idTokenHint: nil, postLogoutRedirectURI: "https://a.example/bye")
            #expect(
                url == place.provider.issuer
                    + "/logout?client_id=the%20client&post_logout_redirect_uri=https%3A%2F%2Fa.example%2Fbye"
            )
        }
    }

    @Test("RPI §2: no return address, no state; a provider without the endpoint is an error, not a guess")
    func logoutWithoutReturn() async throws {
        try await FakeIssuer.run { provider in
            let configuration = RelyingPartyConfiguration(
                issuer: provider.issuer, clientID: "c", redirectURI: "http://a.localhost/callback", development: true
            )
            let party = try RelyingParty(configuration)
            let url = try await party.logoutURL(idTokenHint: "h", state: "s")
            #expect(url == provider.issuer + "/logout?id_token_hint=h&client_id=c")
            provider.change(["end_session_endpoint": .null])
            let failure = await #expect(throws: RelyingPartyError.self) {
                try await RelyingParty(configuration).logoutURL(idTokenHint: "h")
            }
            #expect(failure?.kind == .provider)
        }
    }

    @Test("RFC 6749 §10.12, RFC 7636 §7.1: state, nonce and verifier are long, and never the same twice")
    func random() {
        let transactions = (0..<50).map { _ in LoginTransaction() }
        let values = transactions.flatMap { [$0.state, $0.nonce, $0.codeVerifier] }
        #expect(Set(values).count == 150)
        #expect(values.allSatisfy { $0.utf8.count == 43 && Base64URL.decode($0)?.count == 32 })
    }
}
