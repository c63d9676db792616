import OpenIDTypes
import Testing

@Suite("Comparing redirect URIs")
struct RedirectURIRuleTests {
    static let registered = ["https://rp.example/cb", "https://rp.example/q?bar=foo", "https://rp.example/Kelvin"]

    @Test("Y5: the registered address itself, with its query", arguments: registered)
    func exact(uri: String) {
        #expect(RedirectURIRule.matches(registered: Self.registered, requested: uri, applicationType: .web))
    }

    @Test(
        "A-21, A-23, Y6, Y7: anything else is another address",
        arguments: [
            "", "https://rp.example", "https://rp.example/", "https://rp.example/cb/", "https://rp.example/cb?",
            "https://rp.example/cb#",
            "https://rp.example/cb?foo=bar", "https://rp.example/cb#x", "https://RP.example/cb",
            "HTTPS://rp.example/cb",
            "https://rp.example:443/cb", "https://rp.example./cb", "https://rp.example/%63b", "https://rp.example/./cb",
            "https://rp.example/x/../cb", "https://rp.example/x/..;/cb", "https://rp.example\\cb",
            "https://rp.example/cb\n",
            "https://rp.example/c\tb", "https://user@rp.example/cb", "https://rp.example.evil.com/cb",
            "https://evil.com/https://rp.example/cb", "https://evil.com?https://rp.example/cb", "http://rp.example/cb",
            "https://rp.example/q?foo=bar", "https://rp.example/q?bar=foo&foo=bar", "https://rp.example/q",
            "https://rp.example/\u{212A}elvin", " https://rp.example/cb", "https://rp.example/cb%00",
        ])
    func variants(uri: String) {
        for type in ApplicationType.allCases {
            #expect(!RedirectURIRule.matches(registered: Self.registered, requested: uri, applicationType: type))
        }
    }

    @Test(
        "RFC 8252 §7.3: only the port of a native loopback literal is free",
        arguments: [
            ("http://127.0.0.1:4711/cb", true), ("http://127.0.0.1/cb", true), ("http://[::1]:1/x?y", true),
            ("http://127.0.0.1:0/cb", false), ("http://127.0.0.1:70000/cb", false), ("http://127.0.0.1:/cb", false),
            ("http://127.0.0.1:80x/cb", false), ("http://127.0.0.1:4711/cb2", false),
            ("http://127.0.0.1.evil.com/cb", false),
            ("http://127.0.0.1:80@evil.com/cb", false), ("http://127.0.0.12:80/cb", false),
            ("https://127.0.0.1:4711/cb", false),
            ("http://localhost:4711/cb", false), ("http://[::1]:1/x", false), ("http://127.0.0.1:4711", false),
        ])
    func loopback(uri: String, matches: Bool) {
        let registered = ["http://127.0.0.1/cb", "http://[::1]/x?y", "http://localhost/cb"]
        #expect(RedirectURIRule.matches(registered: registered, requested: uri, applicationType: .native) == matches)
        let exact = registered.contains(uri)
        #expect(RedirectURIRule.matches(registered: registered, requested: uri, applicationType: .web) == exact)
    }
}
