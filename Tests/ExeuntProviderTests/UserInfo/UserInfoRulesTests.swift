import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("What UserInfo decides")
struct UserInfoRulesTests {
    static let places: [(Int, String?, String?, Result<String, UserInfoRefusal>)] = [
        (1, "a", nil, .success("a")),
        (0, nil, "b", .success("b")),
        (0, nil, nil, .failure(.tokenMissing)),
        (1, nil, nil, .failure(.tokenMissing)),
        (1, "a", "a", .failure(.tokenGivenTwice)),
        (1, nil, "b", .failure(.tokenGivenTwice)),
        (2, nil, nil, .failure(.tokenGivenTwice)),
    ]

    @Test("CO-20, B5, B6, B7: the token comes once, by header or form", arguments: places)
    func place(_ headers: Int, _ bearer: String?, _ form: String?, _ expected: Result<String, UserInfoRefusal>) {
        let result = Result { () throws(UserInfoRefusal) in
            try UserInfoRules.token(headers: headers, bearer: bearer, form: form)
        }
        #expect(result == expected)
    }

    static let tokens: [([String], String?, Bool, UserInfoRefusal?)] = [
        (["email", "openid"], nil, true, nil),
        (["email"], nil, true, .scopeInsufficient),
        (["openid"], nil, false, .scopeInsufficient),
        (["openid"], "https://api.example", true, .tokenInvalid),
    ]

    @Test("CO-20, A-33: a token for openid, a person and this provider", arguments: tokens)
    func token(_ scope: [String], _ audience: String?, _ hasPerson: Bool, _ expected: UserInfoRefusal?) {
        let result = Result { () throws(UserInfoRefusal) in
            try UserInfoRules.check(scope: scope, audience: audience, hasPerson: hasPerson)
        }
        if case .failure(let refusal) = result { #expect(refusal == expected) } else { #expect(expected == nil) }
    }
}
