import Crypto
import ExeuntProvider
import ExeuntTesting
import Foundation
import OpenIDTypes
import SQLStore
import Testing

@Suite("Redeeming a code")
struct AuthorizationCodeGrantTests {
    @Test("B1, C5, CO-7: the ID token holds the protocol's claims, and no others")
    func idToken() async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let answer = try await place.redeem(try await place.code(session))
            #expect(answer["token_type"] == "Bearer")
            #expect(answer["expires_in"] == 600)
            #expect(answer["scope"] == "openid email")
            let given = try TokenPlace.Given(answer)
            let claims = try #require(given.idToken?.object)
            #expect(
                Set(claims.memberNames) == [
                    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "amr", "at_hash", "sid",
                ]
            )
            #expect(claims["iss"]?.string == TokenPlace.issuer)
            #expect(claims["aud"] == "one")
            #expect(claims["nonce"] == "n-1")
            #expect(claims["iat"]?.int == place.clock.now.seconds)
            #expect(claims["auth_time"]?.int == session.authTime.seconds)
            let half = SHA256.hash(data: Data(given.access.utf8)).prefix(16)
            #expect(claims["at_hash"]?.string == Base64URL.encode(half))
            let user = try await place.userInfo.claims(given.access)
            #expect(user["sub"] == claims["sub"])
            #expect(user["email"] == "anna@example.org")
            #expect(user["name"] == nil)
        }
    }

    @Test("B35, C5: a claim is in the ID token exactly when the claims parameter asks for it there")
    func requestedClaims() async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let request: JSONValue = ["id_token": ["email": .null], "userinfo": ["name": ["essential": true]]]
            let code = try await place.code(session, scope: ["openid"], claims: request)
            let given = try TokenPlace.Given(try await place.redeem(code))
            #expect(given.idToken?["email"] == "anna@example.org")
            #expect(given.idToken?["name"] == nil)
            let user = try await place.userInfo.claims(given.access)
            #expect(user["name"] == "anna Example")
            #expect(user["email"] == nil)
        }
    }

    @Test("B8: no nonce asked, none given")
    func withoutNonce() async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let given = try TokenPlace.Given(try await place.redeem(try await place.code(session, nonce: nil)))
            #expect(given.idToken?["nonce"] == nil)
        }
    }

    @Test("Without openid: no ID token, no UserInfo, but in the ledger")
    func withoutOpenID() async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let given = try await place.tokens(session, scope: ["email"])
            #expect(given.idToken == nil)
            await #expect(throws: UserInfoRefusal.scopeInsufficient) { try await place.userInfo.claims(given.access) }
            let clients = try await place.parts.database.read { [sessions = place.parts.sessions] db in
                try sessions.clients(of: session.id, in: db)
            }
            #expect(clients == [ClientID("one")])
        }
    }

    @Test("B28, B29: a code used twice is refused, and takes what it gave with it", arguments: [0, 30, 120])
    func reuse(after seconds: Int) async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let other = try await place.tokens(session)
            let code = try await place.code(session)
            let given = try TokenPlace.Given(try await place.redeem(code))
            place.clock.advance(by: .seconds(seconds))
            #expect(try await place.isAlive(given.access))
            #expect(try await place.refusal { _ = try await place.redeem(code) } == .codeReused)
            #expect(try await !place.isAlive(given.access))
            let refresh = try #require(given.refresh)
            #expect(try await place.refusal { _ = try await place.refresh(refresh) } == .grantEnded)
            // The session and its other grants live on.
            #expect(try await place.isAlive(other.access))
        }
    }

    static let wrong: [(String, [(String, String)], TokenRefusal)] = [
        ("two", TokenPlace.redemption(""), .codeUnknown),
        ("one", TokenPlace.redemption("", [("redirect_uri", TokenPlace.uri + "?a=b")]), .redirectURIDifferent),
        ("one", TokenPlace.redemption("", [("redirect_uri", "")]), .redirectURIMissing),
        ("one", TokenPlace.redemption("", [("code_verifier", "")]), .verifierMissing),
        ("one", TokenPlace.redemption("", [("code_verifier", "short")]), .verifierMalformed),
        (
            "one", TokenPlace.redemption("", [("code_verifier", String(repeating: "x", count: 43))]), .verifierWrong
        ),
        ("one", TokenPlace.redemption("", [("resource", "https://unknown.example")]), .resourceUnknown),
    ]

    @Test("CO-12, B38: a refused attempt changes nothing; the right one still succeeds", arguments: wrong)
    func refused(_ client: String, _ form: [(String, String)], _ expected: TokenRefusal) async throws {
        try await TokenEngine.memory.run { place in
            let code = try await place.code(try await place.signIn().session)
            let form = form.map { $0.0 == "code" ? ("code", code) : $0 }
            #expect(try await place.refusal { try await place.ask(client, form) } == expected)
            let given = try TokenPlace.Given(try await place.redeem(code))
            #expect(try await place.isAlive(given.access))
        }
    }

    @Test("CO-12: a verifier for a code without a challenge is a downgrade, and refused")
    func downgrade() async throws {
        try await TokenEngine.memory.run { place in
            let code = try await place.code(try await place.signIn().session, challenge: nil)
            #expect(try await place.refusal { _ = try await place.redeem(code) } == .verifierUnexpected)
        }
    }

    @Test("CO-12: a code lives for 60 seconds")
    func expiry() async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let (early, late) = (try await place.code(session), try await place.code(session))
            place.clock.advance(by: .seconds(59))
            _ = try await place.redeem(early)
            place.clock.advance(by: .seconds(1))
            #expect(try await place.refusal { _ = try await place.redeem(late) } == .codeExpired)
        }
    }

    @Test("A-35: the sid is the session's at the moment of redemption; auth_time the one of the request")
    func signInBetween() async throws {
        try await TokenEngine.memory.run { place in
            let first = try await place.signIn()
            let code = try await place.code(first.session)
            place.clock.advance(by: .seconds(5))
            let again = try await place.signIn(browser: first.newSecret)
            #expect(again.session.id == first.session.id)
            let given = try TokenPlace.Given(try await place.redeem(code))
            let later = try await place.tokens(again.session)
            #expect(given.idToken?["sid"] == later.idToken?["sid"])
            #expect(given.idToken?["auth_time"]?.int == first.session.authTime.seconds)
        }
    }

    static let endings: [(String, TerminationCause)] = [
        ("session", .endSession), ("account", .operatorEnded), ("account", .passwordChanged),
        ("client", .operatorEnded),
        ("everyone", .operatorEnded),
    ]

    @Test("A-74, A-77: a code from before the logout gives nothing after it", arguments: endings, [false, true])
    func afterLogout(_ ending: (String, TerminationCause), _ offline: Bool) async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let code = try await place.code(session, offline: offline)
            let scope: TerminationScope =
                switch ending.0 {
                case "session": .session(session.id)
                case "account": .account(session.accountID)
                case "client": .client(ClientID("one"))
                default: .everyone
                }
            _ = try await place.tokens(session)
            try await place.end(scope, cause: ending.1)
            let refusal = try await place.refusal { _ = try await place.redeem(code) }
            #expect(refusal?.code == .invalidGrant)
        }
    }

    @Test("A-85: a code of an account that is no longer active gives nothing")
    func inactiveAccount() async throws {
        try await TokenEngine.memory.run { place in
            let code = try await place.code(try await place.signIn().session)
            try await place.parts.database.write { db in
                try db.execute("UPDATE accounts SET status = 'disabled' WHERE account_id = 'anna'")
            }
            #expect(try await place.refusal { _ = try await place.redeem(code) } == .sessionEnded)
        }
    }
}
