import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("The decisions of the token endpoint")
struct TokenRulesTests {
    static let now = Timestamp(seconds: 1_790_000_000)
    static let client = ClientID("app")
    static let uri = "https://rp.example/callback"
    static let hash = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    struct CodeCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var code: CodeFacts? = CodeFacts(
            clientID: client, redirectURI: uri, codeChallenge: hash, expiresAt: now + .seconds(60), redeemed: false
        )
        var redirectURI = uri
        var verifierHash: String? = hash
        var expected: Result<TokenRules.Use, TokenRefusal>

        init(
            _ name: String, _ expected: Result<TokenRules.Use, TokenRefusal>,
            _ change: (inout CodeCase) -> Void = { _ in }
        ) {
            testDescription = name
            self.expected = expected
            change(&self)
        }
    }

    static let codes: [CodeCase] = [
        CodeCase("everything fits", .success(.first)),
        CodeCase("unknown code", .failure(.codeUnknown)) { $0.code = nil },
        CodeCase("another client's code", .failure(.codeUnknown)) { $0.code?.clientID = ClientID("other") },
        CodeCase("another client's code that was used", .failure(.codeUnknown)) {
            $0.code?.clientID = ClientID("other")
            $0.code?.redeemed = true
        },
        CodeCase("redirect_uri with a slash more", .failure(.redirectURIDifferent)) { $0.redirectURI += "/" },
        CodeCase("redirect_uri in other case", .failure(.redirectURIDifferent)) {
            $0.redirectURI = "https://RP.example/callback"
        },
        CodeCase("wrong verifier", .failure(.verifierWrong)) { $0.verifierHash = "x" },
        CodeCase("verifier missing", .failure(.verifierMissing)) { $0.verifierHash = nil },
        CodeCase("verifier without a challenge: downgrade", .failure(.verifierUnexpected)) {
            $0.code?.codeChallenge = nil
        },
        CodeCase("neither challenge nor verifier", .success(.first)) {
            $0.code?.codeChallenge = nil
            $0.verifierHash = nil
        },
        CodeCase("at the second it expires", .failure(.codeExpired)) { $0.code?.expiresAt = now },
        CodeCase("used before", .success(.replay)) { $0.code?.redeemed = true },
        CodeCase("used before, and expired since", .success(.replay)) {
            $0.code?.redeemed = true
            $0.code?.expiresAt = now - .seconds(1)
        },
        CodeCase("used before, replayed with a wrong verifier", .failure(.verifierWrong)) {
            $0.code?.redeemed = true
            $0.verifierHash = "x"
        },
    ]

    @Test("CO-12, B28, B38: a code is judged by its client, redirect_uri, verifier, use and age", arguments: codes)
    func code(_ example: CodeCase) {
        let result = Result { () throws(TokenRefusal) in
            try TokenRules.judgeCode(
                example.code, client: Self.client, redirectURI: example.redirectURI,
                verifierHash: example.verifierHash, now: Self.now
            )
        }
        #expect(result == example.expected)
    }

    static let refreshes: [(RefreshFacts?, Result<TokenRules.Use, TokenRefusal>)] = [
        (nil, .failure(.refreshTokenUnknown)),
        (facts(), .success(.first)),
        (facts(client: "other"), .failure(.refreshTokenUnknown)),
        (facts(client: "other", replaced: 99), .failure(.refreshTokenUnknown)),
        (facts(alive: false), .failure(.grantEnded)),
        (facts(replaced: 10), .failure(.refreshTokenJustRotated)),
        (facts(replaced: 11), .success(.replay)),
        (facts(replaced: 1, successorIsCurrent: false), .success(.replay)),
        (facts(alive: false, replaced: 11), .failure(.grantEnded)),
    ]

    private static func facts(
        client: String = "app", alive: Bool = true, replaced: Int? = nil, successorIsCurrent: Bool = true
    ) -> RefreshFacts {
        RefreshFacts(
            clientID: ClientID(client),
            rotation: replaced.map {
                .replaced(at: now - .seconds($0), successorIsCurrent: successorIsCurrent)
            } ?? .current,
            grantIsAlive: alive
        )
    }

    @Test("CO-15, A-73: a refresh token is judged by its client, grant and place in the rotation", arguments: refreshes)
    func refresh(_ facts: RefreshFacts?, _ expected: Result<TokenRules.Use, TokenRefusal>) {
        let result = Result { () throws(TokenRefusal) in
            try TokenRules.judgeRefresh(facts, client: Self.client, now: Self.now)
        }
        #expect(result == expected)
    }

    @Test(
        "B38: a verifier has 43 to 128 unreserved characters",
        arguments: [
            (String(repeating: "a", count: 43), true), (String(repeating: "~", count: 128), true),
            (String(repeating: "a", count: 42), false), (String(repeating: "a", count: 129), false),
            (String(repeating: "a", count: 42) + "+", false), (String(repeating: "ä", count: 60), false),
            (String(repeating: "a", count: 43) + " ", false), ("", false),
        ]
    )
    func verifier(_ text: String, _ isGood: Bool) {
        #expect(TokenRules.isVerifier(text) == isGood)
    }

    static let narrowings: [([String]?, Result<[String], TokenRefusal>)] = [
        (nil, .success(["openid", "email", "profile"])),
        (["profile", "openid"], .success(["openid", "profile"])),
        (["openid", "phone"], .failure(.scopeWidened)),
        (["offline_access"], .failure(.scopeWidened)),
    ]

    @Test("B37: a refresh may narrow the scope, never widen it", arguments: narrowings)
    func narrowing(_ requested: [String]?, _ expected: Result<[String], TokenRefusal>) {
        let result = Result { () throws(TokenRefusal) in
            try TokenRules.narrow(["openid", "email", "profile"], to: requested)
        }
        #expect(result == expected)
    }

    static let clientScopes: [([String]?, Set<String>?, Result<[String], TokenRefusal>)] = [
        (nil, nil, .success([])),
        (nil, ["read", "openid", "write"], .success(["read", "write"])),
        (["read"], ["read", "write"], .success(["read"])),
        (["admin"], ["read"], .failure(.scopeNotAllowed)),
        (["read"], nil, .failure(.scopeNotAllowed)),
        (["openid"], nil, .failure(.scopeNeedsPerson)),
        (["openid"], ["openid"], .failure(.scopeNeedsPerson)),
        (["offline_access"], ["offline_access"], .failure(.scopeNeedsPerson)),
    ]

    @Test("RFC 6749 §4.4: a client of its own accord gets no scope about a person", arguments: clientScopes)
    func clientScope(
        _ requested: [String]?, _ registered: Set<String>?, _ expected: Result<[String], TokenRefusal>
    ) {
        let result = Result { () throws(TokenRefusal) in
            try TokenRules.clientScope(requested: requested, registered: registered)
        }
        #expect(result == expected)
    }

    @Test(
        "RFC 6749 §3.3: the scope's words are separated by single spaces",
        arguments: [
            ("a b", ["a", "b"]), ("a a", ["a"]), ("a  b", nil), (" a", nil), ("a\tb", nil), ("a\"b", nil), ("ä", nil),
        ] as [(String, [String]?)]
    )
    func scopeList(_ text: String, _ words: [String]?) {
        #expect((try? TokenRules.scope(text)) == words)
    }
}
