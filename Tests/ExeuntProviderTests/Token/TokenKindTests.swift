import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Kinds of token are never taken for one another")
struct TokenKindTests {
    @Test("A-81: a JWT access token says who, for whom, and lives for five minutes at most")
    func jwt() async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient("three", ["exeunt_access_token_format": "jwt"])
            let session = try await place.signIn().session
            let given = try await place.tokens(session, for: "three")
            let jws = try CompactJWS.parse(given.access)
            #expect(jws.type == "at+jwt" && jws.algorithm == "ES256")
            let claims = try JSONValue.parse(jws.payload)
            #expect(claims["iss"]?.string == TokenPlace.issuer && claims["aud"]?.string == TokenPlace.issuer)
            #expect(claims["client_id"] == "three" && claims["scope"] == "openid email")
            #expect(claims["sub"] == given.idToken?["sub"] && claims["sid"] == given.idToken?["sid"])
            let (issued, expires) = (try #require(claims["iat"]?.int), try #require(claims["exp"]?.int))
            #expect(expires - issued == 300)
            #expect(try await place.isAlive(given.access, of: "three"))
            // Its jti is known to resource servers, and no token.
            let jti = try #require(claims["jti"]?.string)
            #expect(try await place.introspect(jti, as: "three") == ["active": false])
            try await place.end(.session(session.id))
            #expect(try await !place.isAlive(given.access, of: "three"))
        }
    }

    @Test("A-33: each kind of token at each endpoint is accepted where it belongs, and nowhere else")
    func matrix() async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient("three", ["exeunt_access_token_format": "jwt"])
            let session = try await place.signIn().session
            let answer = try await place.redeem(try await place.code(session))
            let kinds: [(name: String, token: String)] = [
                ("code", try await place.code(session)),
                ("id token", try #require(answer["id_token"]?.string)),
                ("access", try #require(answer["access_token"]?.string)),
                ("refresh", try #require(answer["refresh_token"]?.string)),
                ("at+jwt", try await place.tokens(session, for: "three").access),
                ("logout token", try await place.logoutToken(for: "one")),
            ]
            for (name, token) in kinds {
                let client = name == "at+jwt" ? "three" : "one"
                let isAccess = name == "access" || name == "at+jwt"
                let served = await place.accepts { _ = try await place.userInfo.claims(token) }
                #expect(served == isAccess, "UserInfo: \(name)")
                let active = try await place.introspect(token, as: client)["active"] == true
                #expect(active == (isAccess || name == "refresh"), "introspection: \(name)")
                let asserted = await place.accepts { try await place.assert(token) }
                #expect(!asserted, "client assertion: \(name)")
            }
            for (name, token) in kinds {
                let redeemed = await place.accepts { _ = try await place.redeem(token) }
                #expect(redeemed == (name == "code"), "code: \(name)")
                let refreshed = await place.accepts { _ = try await place.refresh(token) }
                #expect(refreshed == (name == "refresh"), "refresh: \(name)")
            }
        }
    }
}

extension TokenPlace {
    func accepts(_ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return true
        } catch {
            return false
        }
    }

    func assert(_ token: String) async throws {
        let form = [
            ("grant_type", "client_credentials"), ("client_assertion", token),
            ("client_assertion_type", ClientCredentials.assertionType),
        ]
        _ = try await self.token.answer(Parameters(pairs: form), authorization: [])
    }

    func logoutToken(for client: String) async throws -> String {
        let now = clock.now
        let key = try await parts.database.read { [keys = parts.keys] db in try keys.signer(.es256, in: db, now: now) }
        let claims = LogoutTokenClaims(
            issuer: Self.issuer, audience: ClientID(client), subject: Subject("anna"), sid: SID("s"), issuedAt: now,
            expires: now + .seconds(120), jti: "1"
        )
        return try key.sign(type: "logout+jwt", payload: claims.json)
    }
}
