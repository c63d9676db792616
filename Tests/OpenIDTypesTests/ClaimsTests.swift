import OpenIDTypes
import Testing

@Suite("Claims")
struct ClaimsTests {
    static let now = Timestamp(seconds: 1_700_000_000)

    @Test("A-33: a logout token has exactly one empty event, a sid, and never a nonce (Back-Channel Logout §2.4)")
    func logoutToken() {
        let json = LogoutTokenClaims(
            issuer: "https://op.example", audience: ClientID("c"), subject: Subject("s"), sid: SID("x"),
            issuedAt: Self.now, expires: Self.now + .seconds(120), jti: "j"
        ).json
        #expect(
            json == [
                "iss": "https://op.example", "sub": "s", "aud": "c", "iat": 1_700_000_000, "exp": 1_700_000_120,
                "jti": "j",
                "sid": "x", "events": ["http://schemas.openid.net/event/backchannel-logout": [:]],
            ]
        )
    }

    @Test("claims about the person cannot replace one of the protocol's")
    func additional() {
        let json = IDTokenClaims(
            issuer: "https://op.example", subject: Subject("s"), audience: ClientID("c"),
            expires: Self.now + .seconds(600), issuedAt: Self.now, authTime: Self.now, nonce: "n", amr: ["pwd"],
            accessTokenHash: "h", sid: SID("x"), additional: ["sub": "evil", "aud": "evil", "sid": "evil", "name": "N"]
        ).json
        #expect(json["sub"] == "s" && json["aud"] == "c" && json["sid"] == "x" && json["name"] == "N")
        #expect(json["auth_time"]?.int == 1_700_000_000 && json["at_hash"] == "h" && json["amr"] == ["pwd"])
        #expect(json["acr"] == nil && json["nonce"] == "n")
    }

    @Test("RFC 9068 §2.2: a JWT access token has every required claim")
    func accessToken() {
        let json = AccessTokenClaims(
            issuer: "https://op.example", audience: "api", subject: Subject("s"), clientID: ClientID("c"),
            expires: Self.now + .seconds(300), issuedAt: Self.now, jti: "j", scope: ["a", "b"], sid: SID("x")
        ).json
        for name in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] { #expect(json[name] != nil, "\(name)") }
        #expect(json["scope"] == "a b" && json["sid"] == "x" && json["amr"] == nil)
    }

    @Test("Core §5.4: scopes open their claims, unknown ones none")
    func scopes() {
        #expect(KnownScopes.claims(for: ["openid", "email", "nonsense"]) == ["sub", "email", "email_verified"])
        #expect(KnownScopes.isKnown("offline_access") && !KnownScopes.isKnown("OpenID"))
        #expect(KnownScopes.all.allSatisfy(KnownScopes.isLegal))
        for text in ["", "a b", "a\"b", "a\\b", "ü", "\u{7F}"] { #expect(!KnownScopes.isLegal(text)) }
    }
}
