import ExeuntProvider
import ExeuntTesting
import HTTPTypes
import OpenIDTypes
import Testing

/// What the provider promises in public, row by row, as it is served.
@Suite("Discovery rows", .timeLimit(.minutes(2)))
struct DiscoveryRowsTests {
    private static func document() async throws -> JSONObject {
        let place = try await ServerPlace()
        let heard = try await place.get("/.well-known/openid-configuration")
        await place.close()
        return try #require(heard.json?.object)
    }

    /// Every member that OpenID Connect Discovery, RFC 8414, RFC 9207 and the logout specifications define and that
    /// this provider may use. A member that no specification knows is a typing error.
    private static let registered: Set<String> = [
        "issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "registration_endpoint",
        "scopes_supported", "response_types_supported", "response_modes_supported", "grant_types_supported",
        "acr_values_supported", "subject_types_supported", "id_token_signing_alg_values_supported",
        "userinfo_signing_alg_values_supported", "request_object_signing_alg_values_supported",
        "token_endpoint_auth_methods_supported", "token_endpoint_auth_signing_alg_values_supported",
        "display_values_supported", "claim_types_supported", "claims_supported", "service_documentation",
        "claims_locales_supported", "ui_locales_supported", "claims_parameter_supported", "request_parameter_supported",
        "request_uri_parameter_supported", "require_request_uri_registration", "op_policy_uri", "op_tos_uri",
        "revocation_endpoint", "revocation_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_signing_alg_values_supported", "introspection_endpoint",
        "introspection_endpoint_auth_methods_supported", "introspection_endpoint_auth_signing_alg_values_supported",
        "code_challenge_methods_supported", "authorization_response_iss_parameter_supported",
        "prompt_values_supported", "end_session_endpoint", "check_session_iframe", "frontchannel_logout_supported",
        "frontchannel_logout_session_supported", "backchannel_logout_supported",
        "backchannel_logout_session_supported",
    ]

    @Test("RPI-OP-1: the end-session endpoint is published, is https, and is the one that answers")
    func endSession() async throws {
        let address = try #require(try await Self.document()["end_session_endpoint"]?.string)
        #expect(address.hasPrefix("https://op.example/"))
        let place = try await ServerPlace()
        let path = String(address.dropFirst("https://op.example".count))
        #expect(try await place.get(path).status == 200)
        await place.close()
    }

    @Test(
        "BC-OP-1, BC-OP-2, FC-OP-8: the logout promises are JSON true, not text",
        arguments: [
            "backchannel_logout_supported", "backchannel_logout_session_supported", "frontchannel_logout_supported",
            "frontchannel_logout_session_supported",
        ]
    )
    func logoutFlags(_ name: String) async throws {
        #expect(try await Self.document()[name]?.bool == true)
    }

    @Test("BC-OP-2, FC-OP-9: an ID token keeps the promise, whatever the client registered")
    func promisedSid() async throws {
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let plain = try await provider.addClient("plain")
            let tokens = try await provider.signIn(try Browser(), plain)
            #expect(!tokens.sid.isEmpty)
        }
    }

    @Test("D2: the document lies below an https issuer, at the well-known path and nowhere else")
    func address() async throws {
        let document = try await Self.document()
        let issuer = try #require(document["issuer"]?.string)
        #expect(issuer == "https://op.example")
        let place = try await ServerPlace()
        #expect(try await place.get("/.well-known/openid-configuration").status == 200)
        #expect(try await place.get("/openid-configuration").status == 404)
        await place.close()
    }

    @Test("D5, D6, D12, B4, CO-19: subjects and algorithms; `none` is nowhere, request objects are not promised")
    func algorithms() async throws {
        let document = try await Self.document()
        let subjects = try #require(document["subject_types_supported"]?.strings)
        #expect(subjects.contains("public") && Set(subjects).isSubset(of: ["public", "pairwise"]))
        #expect(document["id_token_signing_alg_values_supported"]?.strings?.contains("RS256") == true)
        for (name, value) in document.members where name.contains("signing_alg") {
            let algorithms = try #require(value.strings, "\(name)")
            #expect(!algorithms.contains("none") && !algorithms.contains { $0.hasPrefix("HS") }, "\(name)")
        }
        #expect(document["request_object_signing_alg_values_supported"] == nil)
        #expect(document["request_parameter_supported"]?.bool == false)
    }

    @Test("D14, D15: grant types and scopes are legal, and everything promised is accepted")
    func grantsAndScopes() async throws {
        let document = try await Self.document()
        #expect(document["grant_types_supported"]?.strings?.contains("authorization_code") == true)
        let scopes = try #require(document["scopes_supported"]?.strings)
        #expect(scopes.contains("openid"))
        #expect(scopes.allSatisfy(KnownScopes.isLegal))
        try await TestProvider.run { provider in
            try await provider.addAccount("alice")
            let client = try await provider.addClient("all", ["exeunt_offline": true])
            let asked = scopes.joined(separator: " ")
            let tokens = try await provider.signIn(try Browser(), client, as: "alice", ["scope": asked])
            let given = tokens.response["scope"]?.string?.split(separator: " ").map(String.init) ?? []
            #expect(Set(given) == Set(scopes))
        }
    }

    @Test("D20: no member that no specification knows")
    func members() async throws {
        for name in try await Self.document().memberNames { #expect(Self.registered.contains(name), "\(name)") }
    }

    @Test("A-29: there are no untrusted clients: nobody registers over the network")
    func noRegistration() async throws {
        #expect(try await Self.document()["registration_endpoint"] == nil)
        let place = try await ServerPlace()
        for path in ["/oidc/register", "/register", "/connect/register", "/oidc/clients"] {
            let heard = try await place.send(
                .post, path, headers: [.contentType: "application/json"],
                body: #"{"redirect_uris":["https://a.example/"]}"#
            )
            #expect(heard.status == 404, "\(path)")
        }
        await place.close()
    }
}
