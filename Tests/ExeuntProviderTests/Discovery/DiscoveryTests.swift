import ExeuntProvider
import HTTPTypes
import OpenIDTypes
import Testing

@Suite("Discovery")
struct DiscoveryTests {
    static let documents = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]

    static func document(_ issuer: String = "https://op.example") throws -> JSONObject {
        try #require(ProviderMetadata.document(issuer: Issuer(issuer)).object)
    }

    @Test("D1, RFC 8414 §3: both documents are the same bytes of JSON, readable by any origin")
    func bytes() async throws {
        let place = try await ServerPlace()
        var texts: Set<String> = []
        for path in Self.documents {
            let heard = try await place.get(path)
            #expect(heard.status == 200)
            #expect(heard.header("Content-Type") == "application/json")
            #expect(heard.header("Access-Control-Allow-Origin") == "*")
            #expect(heard.header("Access-Control-Allow-Credentials") == nil)
            texts.insert(heard.text)
            let tag = try #require(heard.header("ETag"))
            #expect(try await place.send(.get, path, headers: [.ifNoneMatch: tag]).status == 304)
            let preflight = try await place.send(.options, path, headers: [.origin: "https://spa.example"])
            #expect(preflight.status == 204 && preflight.header("Access-Control-Allow-Origin") == "*")
        }
        #expect(texts == [try JSONValue.object(Self.document()).serialized()])
        await place.close()
    }

    @Test("D3, D8, D9, D10, D17, R1, F1, K1: the issuer is itself, and every endpoint an https address below it")
    func endpoints() throws {
        let document = try Self.document("https://op.example/tenant")
        #expect(document["issuer"] == "https://op.example/tenant")
        for name in [
            "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint",
            "introspection_endpoint", "revocation_endpoint", "jwks_uri",
        ] { #expect(document[name] != nil, "\(name)") }
        for (name, value) in document.members where name.hasSuffix("_endpoint") || name == "jwks_uri" {
            #expect(value.string?.hasPrefix("https://op.example/tenant/") == true, "\(name)")
        }
    }

    @Test("D4 to D7, D11 to D16, D18: what is supported is what exists")
    func lists() throws {
        let document = try Self.document()
        let expected: [String: [String]] = [
            "response_types_supported": ["code"], "response_modes_supported": ["query", "form_post"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "subject_types_supported": ["public", "pairwise"], "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA"], "ui_locales_supported": ["en"],
            "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access", "groups"],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "token_endpoint_auth_methods_supported": [
                "none", "client_secret_basic", "client_secret_post", "private_key_jwt",
            ],
            "introspection_endpoint_auth_methods_supported": [
                "client_secret_basic", "client_secret_post", "private_key_jwt",
            ],
        ]
        for (name, values) in expected { #expect(document[name]?.strings == values, "\(name)") }
        #expect(document["claims_parameter_supported"] == true)
        #expect(document["request_parameter_supported"] == false)
        #expect(document["request_uri_parameter_supported"] == false)
        #expect(document["authorization_response_iss_parameter_supported"] == true)
        #expect(document["userinfo_signing_alg_values_supported"] == nil)
        #expect(document["request_object_signing_alg_values_supported"] == nil)
        #expect(document["registration_endpoint"] == nil)
    }

    @Test("D19, R1, F1, K1: the logout members are JSON booleans and true")
    func logout() throws {
        let document = try Self.document()
        for name in [
            "backchannel_logout_supported", "backchannel_logout_session_supported", "frontchannel_logout_supported",
            "frontchannel_logout_session_supported",
        ] { #expect(document[name] == true, "\(name)") }
    }

    @Test("D13, D19: lists are non-empty arrays of distinct strings")
    func types() throws {
        for (name, value) in try Self.document().members where name.hasSuffix("_supported") && value.bool == nil {
            let list = try #require(value.strings, "\(name)")
            #expect(!list.isEmpty && Set(list).count == list.count, "\(name)")
        }
    }

    @Test("D10, C1: the key set is JSON, may be cached for less than a new key's lead, and is readable by any origin")
    func keySet() async throws {
        let place = try await ServerPlace()
        let heard = try await place.get("/oidc/jwks")
        #expect(heard.status == 200 && heard.header("Content-Type") == "application/json")
        #expect(heard.header("Access-Control-Allow-Origin") == "*")
        #expect(heard.json?["keys"]?.array?.count == 3)
        let age = try #require(heard.header("Cache-Control")?.split(separator: "=").last.flatMap { Int64($0) })
        #expect(Duration.seconds(age) < KeyRing.lead)
        // A rotation is in the next answer.
        try await place.parts.keys.rotate(.es256, actor: "test")
        #expect(try await place.get("/oidc/jwks").json?["keys"]?.array?.count == 4)
        await place.close()
    }

    @Test("RFC 8414 §3.1: under an issuer with a path, both spellings of the address work")
    func issuerWithPath() async throws {
        let place = try await ServerPlace(issuer: "https://op.example/tenant")
        for path in [
            "/tenant/.well-known/openid-configuration", "/.well-known/oauth-authorization-server/tenant",
            "/tenant/oidc/jwks",
        ] { #expect(try await place.get(path).status == 200, "\(path)") }
        await place.close()
    }
}
