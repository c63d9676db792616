import OpenIDTypes
import Testing

@Suite("Addresses that a client may register")
struct RegisteredAddressTests {
    static func rules(
        _ type: ApplicationType = .web, isPublic: Bool = false, allowsHTTP: Bool = false, development: Bool = false
    ) -> RegisteredAddressRules {
        RegisteredAddressRules(
            policy: RegistrationPolicy(issuerOrigin: "https://op.example", development: development),
            applicationType: type, isPublic: isPublic, allowsHTTP: allowsHTTP
        )
    }

    @Test(
        "A-22, A-25, A-40: nobody may register these, whatever the type and the permission",
        arguments: [
            ("*", .wildcard), ("https://*.rp.example/cb", .wildcard), ("https://rp.example/*", .wildcard),
            ("javascript:alert(1)", .dangerousScheme), ("JavaScript:alert(1)", .dangerousScheme),
            ("data:text/html,x", .dangerousScheme), ("file:///etc/passwd", .dangerousScheme),
            ("blob:https://rp.example/x", .dangerousScheme), ("about:blank", .dangerousScheme),
            ("vbscript:x", .dangerousScheme), ("view-source:https://rp.example", .dangerousScheme),
            ("https://rp.example/cb#x", .fragment), ("https://rp.example/cb#", .fragment),
            ("https://user@rp.example/cb", .userinfo), ("https://a@b@rp.example/cb", .userinfo),
            ("https://rp.example:pw@evil.com/", .userinfo), ("https://rp.example/\r\nX: y", .forbiddenCharacter),
            ("https://rp.example/a b", .forbiddenCharacter), ("https://rp.example\\cb", .forbiddenCharacter),
            ("https://rp.ex\u{E4}mple/", .forbiddenCharacter), ("https://rp.example/\"><script>", .forbiddenCharacter),
            ("https://rp.example/%0d%0aX", .forbiddenCharacter), ("https://rp.example/%00", .forbiddenCharacter),
            ("https://rp.example/%zz", .malformedURI), ("https://rp.example/%4", .malformedURI),
            ("https://rp.example/../cb", .malformedURI), ("https://rp.example/x/..;/cb", .malformedURI),
            ("https://rp.example/%2e%2e/cb", .malformedURI), ("https://", .malformedURI),
            ("https:///cb", .malformedURI),
            ("https:rp.example", .malformedURI), ("//rp.example/cb", .malformedURI), ("rp.example/cb", .malformedURI),
            ("", .malformedURI), ("https://rp.example:0/cb", .malformedURI),
            ("https://rp.example:99999/", .malformedURI),
            ("https://rp.example:/cb", .malformedURI), ("https://rp..example/cb", .malformedURI),
            ("https://rp.example./cb", .malformedURI), ("https://-rp.example/", .malformedURI),
            ("https://[fe80::1%25eth0]/cb", .malformedURI), ("https://[::1/cb", .malformedURI),
            ("https://rp.example/" + String(repeating: "x", count: 2048), .tooLong),
        ] as [(String, RegistrationProblem)])
    func never(uri: String, problem: RegistrationProblem) {
        for type in ApplicationType.allCases {
            let rules = Self.rules(type, allowsHTTP: true, development: true)
            #expect(rules.redirectProblem(uri) == problem)
            #expect(rules.webProblem(uri) == problem)
        }
    }

    @Test(
        "RPI-OP-21, A-25: which schemes which application may come back to",
        arguments: [
            ("https://rp.example/cb?bar=foo", nil, nil),
            ("https://rp.example:8443/cb", nil, nil),
            ("https://[2001:db8::1]/cb", nil, nil),
            ("http://rp.example/cb", .httpNotAllowed, .httpNotAllowed),
            ("http://127.0.0.1:8080/cb", .httpNotAllowed, nil),
            ("http://[::1]/cb", .httpNotAllowed, nil),
            ("http://localhost/cb", .httpNotAllowed, nil),
            ("http://localhost.evil.com/cb", .httpNotAllowed, .httpNotAllowed),
            ("com.example.app:/cb", .schemeNotAllowed, nil),
            ("com.example.app://callback", .schemeNotAllowed, nil),
            ("myapp:/cb", .schemeNotAllowed, .schemeNotAllowed),
        ] as [(String, RegistrationProblem?, RegistrationProblem?)])
    func byType(uri: String, web: RegistrationProblem?, native: RegistrationProblem?) {
        #expect(Self.rules(.web).redirectProblem(uri) == web)
        #expect(Self.rules(.native, isPublic: true).redirectProblem(uri) == native)
    }

    @Test(
        "FC-OP-7, BC-OP-3, A-25: plain http needs a confidential client and a permission, or development and loopback")
    func plainHTTP() {
        let uri = "http://rp.example/x"
        #expect(Self.rules().webProblem(uri) == .httpNotAllowed)
        #expect(Self.rules(allowsHTTP: true).webProblem(uri) == nil)
        #expect(Self.rules(isPublic: true, allowsHTTP: true).webProblem(uri) == .httpNotAllowed)
        #expect(Self.rules(development: true).webProblem(uri) == .httpNotAllowed)
        #expect(Self.rules(development: true).webProblem("http://app.localhost:3000/x") == nil)
        #expect(Self.rules(.native).webProblem("com.example.app:/x") == .schemeNotAllowed)
    }

    @Test(
        "FC-OP-6, A-50: a front-channel address has a redirect URI's origin and never ours",
        arguments: [
            ("https://rp.example/fc?x=1", nil), ("https://rp.example:443/fc", nil), ("https://RP.example/fc", nil),
            ("https://rp.example:8443/fc", .foreignOrigin), ("https://fc.rp.example/fc", .foreignOrigin),
            ("https://op.example/fc", .issuerOrigin), ("https://op.example:443/fc", .issuerOrigin),
            ("https://OP.example/fc", .issuerOrigin), ("http://rp.example/fc", .httpNotAllowed),
            ("javascript:alert(1)", .dangerousScheme), ("data:text/html,x", .dangerousScheme),
            ("https://rp.example/\"onload=x", .forbiddenCharacter), ("https://rp.example/fc#x", .fragment),
            ("/fc", .malformedURI),
        ] as [(String, RegistrationProblem?)])
    func frontChannel(uri: String, problem: RegistrationProblem?) {
        let redirects = ["https://rp.example/cb", "https://op.example/cb"]
        #expect(Self.rules().frontChannelProblem(uri, redirectURIs: redirects) == problem)
    }
}
