import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Which claims an answer holds")
struct ClaimsRulesTests {
    private static let account = Account(
        id: AccountID("id"), username: "anna", status: .active,
        claims: [
            "name": "Anna", "email": "anna@example.org", "email_verified": true, "phone_number": "+43",
            "address": ["country": "AT"], "groups": ["staff"], "birthdate": "1980",
        ],
        passwordHash: nil, createdAt: Timestamp(seconds: 1), updatedAt: Timestamp(seconds: 1_700_000_000)
    )

    @Test(
        "B9 to B13: each scope opens its own claims (Core §5.4)",
        arguments: [
            (["openid"], []), (["openid", "email"], ["email", "email_verified"]),
            (["openid", "profile"], ["name", "preferred_username", "birthdate", "updated_at"]),
            (["openid", "phone"], ["phone_number"]), (["openid", "address"], ["address"]),
            (["openid", "groups"], ["groups"]), (["offline_access", "unknown"], []),
        ] as [([String], [String])]
    )
    func scopes(_ scopes: [String], _ expected: [String]) {
        let claims = ClaimsRules.claims(for: Self.account, scopes: Set(scopes))
        #expect(Set(claims.memberNames) == Set(expected))
        #expect(claims["sub"] == nil)
    }

    @Test("what follows from the account itself, unless a claim says otherwise")
    func derived() {
        let claims = ClaimsRules.claims(for: Self.account, scopes: ["profile"])
        #expect(claims["preferred_username"] == "anna")
        #expect(claims["updated_at"] == 1_700_000_000)
    }

    @Test("Core §5.5: single claims by the claims parameter; one that we do not have is no error")
    func requested() {
        let request: JSONValue = [
            "email": .null, "name": ["essential": true], "website": ["essential": true], "groups": ["values": ["x"]],
            "secret_note": .null, "phone_number": "yes",
        ]
        let claims = ClaimsRules.claims(for: Self.account, scopes: ["openid"], claimsRequest: request)
        #expect(Set(claims.memberNames) == ["email", "name", "groups"])
    }

    @Test(
        "a claims parameter of the wrong shape asks for nothing",
        arguments: [.null, "email", ["email"], 1] as [JSONValue])
    func malformed(_ request: JSONValue) {
        #expect(ClaimsRules.claims(for: Self.account, scopes: [], claimsRequest: request).isEmpty)
    }
}
