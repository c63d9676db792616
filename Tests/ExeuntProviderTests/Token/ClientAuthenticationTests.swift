import ExeuntProvider
import Foundation
import OpenIDTypes
import Testing

@Suite("Client authentication: reading and judging")
struct ClientAuthenticationTests {
    static let now = Timestamp(seconds: 1_790_000_000)

    static func basic(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }

    static func jws(_ claims: JSONValue, type: String? = "JWT") -> String {
        var header: JSONObject = ["alg": "ES256", "kid": "k"]
        header["typ"] = type.map(JSONValue.string)
        let parts = [JSONValue.object(header), claims].map { Base64URL.encode(Array($0.serialized().utf8)) }
        return parts.joined(separator: ".") + ".AAAA"
    }

    struct Reading: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let headers: [String]
        let form: [(String, String)]
        let expected: Result<String, ClientAuthenticationRefusal>
    }

    static let assertionType = [("client_assertion_type", ClientCredentials.assertionType)]
    static let readings: [Reading] = [
        Reading("public", [], [("client_id", "app")], .success("none app -")),
        Reading("basic", [basic("app:s3cret")], [], .success("client_secret_basic app s3cret")),
        Reading(
            "basic, form-encoded", [basic("a%3Ab:%2B+%25")], [], .success("client_secret_basic a:b + %")
        ),
        Reading("basic, scheme in lower case", ["basic YTpi"], [], .success("client_secret_basic a b")),
        Reading(
            "basic with the same client_id", [basic("a:b")], [("client_id", "a")],
            .success("client_secret_basic a b")
        ),
        Reading("basic with another client_id", [basic("a:b")], [("client_id", "c")], .failure(.clientIDsDifferent)),
        Reading("basic without a colon", [basic("ab")], [], .failure(.credentialsMalformed)),
        Reading("basic without a secret", [basic("a:")], [], .failure(.credentialsMalformed)),
        Reading("basic, broken escape", [basic("a:%zz")], [], .failure(.credentialsMalformed)),
        Reading("basic, not base64", ["Basic ***="], [], .failure(.credentialsMalformed)),
        Reading("two headers", [basic("a:b"), basic("a:b")], [], .failure(.credentialsMalformed)),
        Reading("bearer", ["Bearer abc"], [("client_id", "a")], .failure(.credentialsMalformed)),
        Reading(
            "post", [], [("client_id", "app"), ("client_secret", "x")], .success("client_secret_post app x")
        ),
        Reading("a secret alone", [], [("client_secret", "x")], .failure(.credentialsMissing)),
        Reading("nothing", [], [], .failure(.credentialsMissing)),
        Reading("basic and post", [basic("a:b")], [("client_secret", "b")], .failure(.methodsCombined)),
        Reading(
            "basic and assertion", [basic("a:b")], assertionType + [("client_assertion", "x")],
            .failure(.methodsCombined)
        ),
        Reading(
            "post and assertion", [], [("client_id", "a"), ("client_secret", "b"), ("client_assertion", "x")],
            .failure(.methodsCombined)
        ),
        Reading(
            "assertion", [], assertionType + [("client_assertion", jws(["sub": "app"]))],
            .success("private_key_jwt app -")
        ),
        Reading(
            "assertion of another client_id", [],
            assertionType + [("client_assertion", jws(["sub": "app"])), ("client_id", "b")],
            .failure(.clientIDsDifferent)
        ),
        Reading(
            "assertion without its type", [], [("client_assertion", jws(["sub": "app"]))],
            .failure(.assertionTypeUnknown)
        ),
        Reading(
            "assertion that is no JWT", [], assertionType + [("client_assertion", "x.y")], .failure(.assertionMalformed)
        ),
    ]

    @Test("B32, RFC 6749 §2.3: one way of authentication, read strictly", arguments: readings)
    func reading(_ example: Reading) {
        let result = Result { () throws(ClientAuthenticationRefusal) in
            try ClientCredentials(authorization: example.headers, form: Parameters(pairs: example.form))
        }
        #expect(result.map(Self.summary) == example.expected)
    }

    private static func summary(_ credentials: ClientCredentials) -> String {
        let secret =
            switch credentials {
            case .none, .assertion: "-"
            case .basic(_, let secret), .post(_, let secret): secret
            }
        return "\(credentials.method.rawValue) \(credentials.clientID) \(secret)"
    }

    static let shown: [ClientCredentials] = {
        let assertion = try? CompactJWS.parse(jws(["sub": "app"]))
        return [.none(ClientID("app")), .basic(ClientID("app"), secret: "s"), .post(ClientID("app"), secret: "s")]
            + (assertion.map { [.assertion(ClientID("app"), $0)] } ?? [])
    }()

    @Test("B32, RFC 7591 §2: exactly the registered method", arguments: shown, ClientAuthenticationMethod.allCases)
    func method(_ credentials: ClientCredentials, _ registered: ClientAuthenticationMethod) {
        let verdict = Result { () throws(ClientAuthenticationRefusal) in
            try ClientAuthenticationRules.judge(credentials, registered: registered, secretMatches: true)
        }
        if credentials.method == registered {
            #expect(throws: Never.self) { try verdict.get() }
        } else {
            #expect(throws: ClientAuthenticationRefusal.methodNotRegistered) { try verdict.get() }
        }
    }

    @Test("RFC 6749 §2.3.1: a wrong secret and an unknown client are refused")
    func secrets() {
        let basic = ClientCredentials.basic(ClientID("app"), secret: "s")
        #expect(throws: ClientAuthenticationRefusal.secretWrong) {
            try ClientAuthenticationRules.judge(basic, registered: .clientSecretBasic, secretMatches: false)
        }
        #expect(throws: ClientAuthenticationRefusal.clientUnknown) {
            try ClientAuthenticationRules.judge(basic, registered: nil, secretMatches: false)
        }
    }

    @Test("A-33: a JWT of another type is no assertion", arguments: ["at+jwt", "logout+jwt", "secevent+jwt"])
    func types(_ type: String) throws {
        let jws = try CompactJWS.parse(Self.jws(["sub": "app"], type: type))
        #expect(throws: ClientAuthenticationRefusal.assertionMalformed) {
            try ClientAuthenticationRules.judge(
                .assertion(ClientID("app"), jws), registered: .privateKeyJWT, secretMatches: false
            )
        }
    }

    static func claims(_ changes: JSONObject = [:], without: String? = nil) -> JSONValue {
        var claims: JSONObject = [
            "iss": "app", "sub": "app", "aud": "https://op.example", "jti": "1", "exp": .integer(now.seconds + 60),
        ]
        for member in changes.members { claims[member.name] = member.value }
        if let without { claims[without] = nil }
        return .object(claims)
    }

    static let assertions: [(JSONValue, ClientAuthenticationRefusal?)] = [
        (claims(), nil),
        (claims(["aud": ["https://op.example"]]), nil),
        (claims(["aud": "https://op.example/oidc/token"]), nil),
        (claims(["aud": ["https://op.example", "https://other.example"]]), .assertionAudienceWrong),
        (claims(["aud": []]), .assertionAudienceWrong),
        (claims(["aud": "https://other.example"]), .assertionAudienceWrong),
        (claims(without: "aud"), .assertionAudienceWrong),
        (claims(["iss": "other"]), .assertionNotForClient),
        (claims(["sub": "other"]), .assertionNotForClient),
        (claims(without: "exp"), .assertionExpired),
        (claims(["exp": .integer(now.seconds - 60)]), .assertionExpired),
        (claims(["exp": .integer(now.seconds - 59)]), nil),
        (claims(["exp": .integer(now.seconds + 661)]), .assertionLivesTooLong),
        (claims(["exp": .double(1e300)]), .assertionMalformed),
        (claims(["exp": "soon"]), .assertionMalformed),
        (claims(["nbf": .integer(now.seconds + 61)]), .assertionExpired),
        (claims(["iat": .integer(now.seconds + 61)]), .assertionExpired),
        (claims(without: "jti"), .assertionMalformed),
        (claims(["jti": ""]), .assertionMalformed),
    ]

    @Test("RFC 7523 §3, A-33: the claims of a client assertion", arguments: assertions)
    func assertion(_ claims: JSONValue, _ refusal: ClientAuthenticationRefusal?) {
        let result = Result { () throws(ClientAuthenticationRefusal) in
            try ClientAuthenticationRules.checkAssertion(
                claims, client: ClientID("app"),
                audiences: ["https://op.example", "https://op.example/oidc/token"], now: Self.now
            )
        }
        switch result {
        case .success(let spent):
            #expect(refusal == nil && spent.jti == "1")
            #expect(spent.expires > Self.now)
        case .failure(let error):
            #expect(error == refusal)
        }
    }
}

extension ClientAuthenticationTests.Reading {
    init(
        _ name: String, _ headers: [String], _ form: [(String, String)],
        _ expected: Result<String, ClientAuthenticationRefusal>
    ) {
        self.init(testDescription: name, headers: headers, form: form, expected: expected)
    }
}
