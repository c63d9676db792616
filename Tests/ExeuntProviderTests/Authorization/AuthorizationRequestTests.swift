import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Authorization request: parameters become a typed request or a refusal")
struct AuthorizationRequestTests {
    typealias Fixture = AuthorizationFixtures

    struct Refused: Sendable, CustomTestStringConvertible {
        let row: String
        let changes: [(String, String)]
        var client: JSONObject = [:]
        let refusal: AuthorizationRefusal
        let isTold: Bool

        var testDescription: String { "\(row): \(changes.map { "\($0.0)=\($0.1.prefix(24))" }.joined(separator: " "))" }
    }

    static let twoAddresses: JSONObject = [
        "redirect_uris": ["https://rp.example/callback", "https://rp.example/other"]
    ]
    static let withQuery: JSONObject = ["redirect_uris": ["https://rp.example/callback?bar=foo"]]
    static let publicClient: JSONObject = ["token_endpoint_auth_method": "none"]

    static let refused: [Refused] = [
        .init(
            row: "B30", changes: [("redirect_uri", "https://rp.example/callback/x")], refusal: .redirectURIMismatch,
            isTold: false),
        .init(
            row: "Y4", changes: [("redirect_uri", "")], client: twoAddresses, refusal: .redirectURIMissing,
            isTold: false),
        .init(row: "Y4, one address", changes: [("redirect_uri", "")], refusal: .redirectURIMissing, isTold: false),
        .init(
            row: "Y6", changes: [("redirect_uri", "https://rp.example/callback?foo=bar")], client: withQuery,
            refusal: .redirectURIMismatch, isTold: false
        ),
        .init(
            row: "Y7", changes: [("redirect_uri", "https://rp.example/callback?foo=bar")],
            refusal: .redirectURIMismatch, isTold: false
        ),
        .init(
            row: "exact match, no case folding", changes: [("redirect_uri", "https://RP.example/callback")],
            refusal: .redirectURIMismatch, isTold: false
        ),
        .init(
            row: "B36", changes: [("request", "e30.e30."), ("redirect_uri", "https://rp.example/bad")],
            refusal: .redirectURIMismatch, isTold: false
        ),
        .init(row: "B34", changes: [("request", "e30.e30.")], refusal: .requestObject, isTold: true),
        .init(row: "B33", changes: [("request_uri", "https://rp.example/r#x")], refusal: .requestURI, isTold: true),
        .init(row: "Core §7.2.1", changes: [("registration", "{}")], refusal: .registrationParameter, isTold: true),
        .init(
            row: "state", changes: [("state", String(repeating: "s", count: 4097))], refusal: .stateTooLong,
            isTold: false),
        .init(row: "B2", changes: [("response_type", "")], refusal: .responseTypeMissing, isTold: true),
        .init(
            row: "code only", changes: [("response_type", "id_token")], refusal: .responseTypeUnsupported, isTold: true),
        .init(
            row: "code only", changes: [("response_type", "code token")], refusal: .responseTypeUnsupported,
            isTold: true),
        .init(row: "mode", changes: [("response_mode", "fragment")], refusal: .responseModeUnsupported, isTold: true),
        .init(
            row: "grant type", changes: [], client: ["grant_types": ["client_credentials"], "response_types": []],
            refusal: .grantTypeNotRegistered, isTold: true
        ),
        .init(row: "RFC 6749 §3.3", changes: [("scope", "openid \"x\"")], refusal: .scopeMalformed, isTold: true),
        .init(
            row: "nonce", changes: [("nonce", String(repeating: "n", count: 1025))], refusal: .nonceTooLong,
            isTold: true),
        .init(
            row: "PKCE for public clients", changes: [], client: publicClient, refusal: .challengeMissing, isTold: true),
        .init(
            row: "PKCE plain", changes: [("code_challenge", Fixture.challenge)], refusal: .challengeMethod, isTold: true
        ),
        .init(
            row: "PKCE plain", changes: [("code_challenge", Fixture.challenge), ("code_challenge_method", "plain")],
            refusal: .challengeMethod, isTold: true
        ),
        .init(row: "PKCE", changes: [("code_challenge_method", "S256")], refusal: .challengeMissing, isTold: true),
        .init(
            row: "PKCE", changes: [("code_challenge", "short"), ("code_challenge_method", "S256")],
            refusal: .challengeMalformed, isTold: true
        ),
        .init(row: "prompt", changes: [("prompt", "create")], refusal: .promptUnknown, isTold: true),
        .init(row: "CO-2", changes: [("prompt", "none login")], refusal: .promptNoneWithOthers, isTold: true),
        .init(row: "CO-2", changes: [("prompt", "consent none")], refusal: .promptNoneWithOthers, isTold: true),
        .init(row: "CO-6", changes: [("max_age", "-1")], refusal: .maxAgeMalformed, isTold: true),
        .init(row: "CO-6", changes: [("max_age", "1e3")], refusal: .maxAgeMalformed, isTold: true),
        .init(row: "CO-6", changes: [("max_age", "99999999999999999999")], refusal: .maxAgeMalformed, isTold: true),
        .init(row: "claims", changes: [("claims", "{")], refusal: .claimsMalformed, isTold: true),
        .init(row: "claims", changes: [("claims", "[]")], refusal: .claimsMalformed, isTold: true),
        .init(
            row: "claims", changes: [("claims", #"{"id_token":{"name":1}}"#)], refusal: .claimsMalformed, isTold: true),
        .init(
            row: "claims", changes: [("claims", #"{"id_token":{"name":{"essential":"yes"}}}"#)],
            refusal: .claimsMalformed, isTold: true
        ),
    ]

    @Test(
        "B2, B30, B33, B34, B36, Y4, Y6, Y7, CO-2, CO-6, C8: refused, and told only where the address is known good",
        arguments: refused)
    func refuses(_ row: Refused) throws {
        let result = try #require(try Fixture.refusal(row.changes, client: row.client))
        #expect(result.refusal == row.refusal)
        #expect(result.isTold == row.isTold)
        #expect(row.refusal.mayRedirect == row.isTold)
    }

    @Test("C8: an unknown or missing client is told to the person alone")
    func unknownClient() throws {
        #expect(throws: RefusedAuthorization.self) { try AuthorizationRequest.parse(Fixture.parameters(), client: nil) }
        do {
            _ = try AuthorizationRequest.parse(Fixture.parameters(), client: nil)
        } catch {
            #expect(error.refusal == .clientUnknown)
            #expect(error.target == nil)
        }
        do {
            _ = try AuthorizationRequest.clientID(in: Fixture.parameters([("client_id", "")]))
            Issue.record("a request without client_id was accepted")
        } catch {
            #expect(error.refusal == .clientMissing)
            #expect(error.target == nil)
        }
    }

    @Test("every refusal of parsing and of the rules has a row in these tables")
    func allCovered() {
        let parsed = Set(Self.refused.map(\.refusal)).union([.clientUnknown, .clientMissing])
        let decided: Set<AuthorizationRefusal> = [
            .hintInvalid, .loginRequired, .otherAccount, .accountSelectionRequired, .consentRequired, .consentDenied,
            .authenticationClassUnmet,
        ]
        #expect(parsed.union(decided) == Set(AuthorizationRefusal.allCases))
        #expect(parsed.isDisjoint(with: decided))
    }

    @Test("C7: error texts hold only the characters that RFC 6749 allows", arguments: AuthorizationRefusal.allCases)
    func texts(_ refusal: AuthorizationRefusal) {
        #expect(refusal.publicText.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C })
        #expect(refusal.status == 400)
        #expect(!refusal.section.isEmpty)
    }

    @Test(
        "an error goes back by the requested mode, by query where the mode is unknown",
        arguments: [
            ("form_post", ResponseMode.formPost), ("query", .query), ("fragment", .query), ("", .query),
        ])
    func errorMode(_ mode: String, _ expected: ResponseMode) throws {
        let client = try Fixture.client()
        do {
            _ = try AuthorizationRequest.parse(
                Fixture.parameters([("response_mode", mode), ("response_type", "")]), client: client
            )
            Issue.record("a request without response_type was accepted")
        } catch {
            #expect(error.target?.mode == expected)
            #expect(error.target?.state == "s-._~")
            #expect(error.target?.redirectURI == Fixture.redirectURI)
        }
    }
}

@Suite("Authorization request: what is accepted, and what it means")
struct AcceptedAuthorizationRequestTests {
    typealias Fixture = AuthorizationFixtures

    @Test(
        "B8, B15, B16, B22, B24, B25, B26, B27, B38: accepted",
        arguments: [
            [("nonce", "")],
            [("display", "page")], [("display", "popup")], [("display", "nonsense")],
            [("extra", "foobar")],
            [("login_hint", "buffy@op.example")],
            [("ui_locales", "se")], [("claims_locales", "se")],
            [("acr_values", "1 2")],
            [("code_challenge", Fixture.challenge), ("code_challenge_method", "S256")],
            [("scope", "")],
        ])
    func accepts(_ changes: [(String, String)]) throws {
        let request = try Fixture.request(changes)
        #expect(request.clientID == ClientID("app"))
        #expect(request.target.state == "s-._~")
    }

    @Test("B14: the order of scopes and parameters does not matter")
    func reversed() throws {
        let pairs = Fixture.parameters([("scope", "email openid")]).pairs.sorted { $0.0 > $1.0 }
        let request = try AuthorizationRequest.parse(Parameters(pairs: pairs), client: Fixture.client())
        #expect(request.scope == ["email", "openid"])
    }

    @Test("Y5: a registered query is part of the address")
    func registeredQuery() throws {
        let address = "https://rp.example/callback?bar=foo"
        let request = try Fixture.request(
            [("redirect_uri", address)], client: ["redirect_uris": [.string(address)]]
        )
        #expect(request.target.redirectURI == address)
    }

    @Test("RFC 8252 §7.3: a native application's loopback address matches with any port, a web application's does not")
    func loopbackPorts() throws {
        let native: JSONObject = [
            "application_type": "native", "redirect_uris": ["http://127.0.0.1/cb"],
            "token_endpoint_auth_method": "none",
        ]
        let pkce = [("code_challenge", Fixture.challenge), ("code_challenge_method", "S256")]
        let request = try Fixture.request(pkce + [("redirect_uri", "http://127.0.0.1:49152/cb")], client: native)
        #expect(request.target.redirectURI == "http://127.0.0.1:49152/cb")
        let other = try Fixture.refusal(pkce + [("redirect_uri", "http://127.0.0.1:49152/other")], client: native)
        #expect(other?.refusal == .redirectURIMismatch)
        let web = try Fixture.refusal([("redirect_uri", "https://rp.example:8443/callback")])
        #expect(web?.refusal == .redirectURIMismatch)
    }

    @Test("unknown scopes and scopes beyond the client's are ignored, repeated ones count once")
    func scopes() throws {
        #expect(try Fixture.request([("scope", "openid nonsense email openid")]).scope == ["openid", "email"])
        let limited: JSONObject = ["scope": "openid email"]
        #expect(try Fixture.request([("scope", "openid profile email")], client: limited).scope == ["openid", "email"])
    }

    struct Offline: Sendable {
        let prompt: String
        let client: JSONObject
        let kept: Bool
    }

    @Test(
        "CO-14: offline_access needs the person's word or the operator's, and is ignored otherwise",
        arguments: [
            Offline(prompt: "", client: [:], kept: false),
            Offline(prompt: "login", client: [:], kept: false),
            Offline(prompt: "consent", client: [:], kept: true),
            Offline(prompt: "", client: ["exeunt_offline": true], kept: true),
            Offline(prompt: "consent", client: ["grant_types": ["authorization_code"]], kept: false),
            Offline(prompt: "consent", client: ["scope": "openid"], kept: false),
        ])
    func offline(_ row: Offline) throws {
        let request = try Fixture.request(
            [("scope", "openid offline_access"), ("prompt", row.prompt)], client: row.client)
        #expect(request.scope.contains("offline_access") == row.kept)
        #expect(request.scope.contains("openid"))
    }

    @Test("CO-6, CO-7: max_age of the request goes before the client's default_max_age")
    func maxAge() throws {
        let client: JSONObject = ["default_max_age": 300]
        #expect(try Fixture.request().maxAge == nil)
        #expect(try Fixture.request(client: client).maxAge == 300)
        #expect(try Fixture.request([("max_age", "60")], client: client).maxAge == 60)
        #expect(try Fixture.request([("max_age", "0")]).forcesLogin)
        #expect(try Fixture.request([("max_age", "1")]).forcesLogin == false)
    }

    @Test("B35: the claims parameter is kept whole, and sub and acr values are understood")
    func claims() throws {
        let plain =
            #"{"userinfo":{"name":{"essential":true}},"id_token":{"auth_time":{"essential":true},"email":null}}"#
        let request = try #require(try Fixture.request([("claims", plain)]).claims)
        #expect(request.json["userinfo"]?["name"]?["essential"]?.bool == true)
        #expect(request.subjects == nil)
        #expect(request.requiresAuthenticationClass == false)
        let subject = #"{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"values":["a","b"]}}}"#
        #expect(try Fixture.request([("claims", subject)]).claims?.subjects == [Subject("a")])
    }

    @Test(
        "CO-10: only an essential acr with values demands one",
        arguments: [
            (#"{"id_token":{"acr":{"essential":true,"values":["high"]}}}"#, true),
            (#"{"id_token":{"acr":{"essential":true,"value":"high"}}}"#, true),
            (#"{"id_token":{"acr":{"values":["high"]}}}"#, false),
            (#"{"id_token":{"acr":{"essential":true}}}"#, false),
            (#"{"id_token":{"acr":null}}"#, false),
            (#"{"userinfo":{"acr":{"essential":true,"values":["high"]}}}"#, false),
        ])
    func authenticationClass(_ text: String, _ required: Bool) throws {
        #expect(try Fixture.request([("claims", text)]).claims?.requiresAuthenticationClass == required)
    }
}
