import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Who may learn about which token")
struct IntrospectionRulesTests {
    static let api = "https://api.example"
    static let cases: [(String, String?, String?, Bool)] = [
        ("app", nil, nil, true),
        ("app", nil, api, true),
        ("api", api, api, true),
        ("api", api, nil, false),
        ("api", api, "https://api.example/", false),
        ("other", nil, api, false),
        ("other", nil, nil, false),
    ]

    @Test("A-82, RFC 7662 §2.2: its own tokens, or those for its audience", arguments: cases)
    func access(_ asking: String, _ own: String?, _ audience: String?, _ allowed: Bool) {
        let answer = IntrospectionRules.mayAskAboutAccessToken(
            asking: ClientID(asking), audience: own, tokenClient: ClientID("app"), tokenAudience: audience
        )
        #expect(answer == allowed)
    }

    @Test("A-82: a refresh token concerns its client only")
    func refresh() {
        #expect(IntrospectionRules.mayAskAboutRefreshToken(asking: ClientID("a"), tokenClient: ClientID("a")))
        #expect(!IntrospectionRules.mayAskAboutRefreshToken(asking: ClientID("b"), tokenClient: ClientID("a")))
    }
}
