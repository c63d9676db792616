import OpenIDTypes
import Testing

@Suite("Client metadata (RFC 7591 §2)")
struct ClientMetadataTests {
    static let policy = RegistrationPolicy(issuerOrigin: "https://op.example", development: false)
    static let minimal: JSONObject = ["redirect_uris": ["https://rp.example/cb"]]

    static func read(_ changes: JSONObject = [:]) throws(RegistrationRefusals) -> ClientMetadata {
        try ClientMetadata(json: .object(minimal.merging(changes)), policy: policy)
    }

    @Test("C2: what conformance registers is accepted, and comes back")
    func conformance() throws {
        let metadata = try Self.read([
            "client_name": "suite", "grant_types": ["authorization_code"], "response_types": ["code"],
            "jwks": ["keys": [["kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": "RS256", "use": "sig"]]],
            "token_endpoint_auth_method": "client_secret_basic", "contacts": ["a@rp.example"],
            "post_logout_redirect_uris": ["https://rp.example/post_logout_redirect"],
            "backchannel_logout_uri": "https://rp.example/backchannel_logout",
            "backchannel_logout_session_required": true,
            "frontchannel_logout_uri": "https://rp.example/frontchannel_logout",
            "frontchannel_logout_session_required": true, "software_id": "kept and ignored",
        ])
        let json = metadata.json
        #expect(json["backchannel_logout_uri"] == "https://rp.example/backchannel_logout")
        #expect(json["frontchannel_logout_session_required"] == true)
        #expect(json["software_id"] == "kept and ignored")
        #expect(try ClientMetadata(json: json, policy: Self.policy) == metadata)
        #expect(try ClientMetadata(stored: JSONValue.parse(json.serialized())) == metadata)
    }

    @Test("defaults are those of the specifications and of the architecture")
    func defaults() throws {
        let metadata = try Self.read()
        #expect(metadata.tokenEndpointAuthMethod == .clientSecretBasic && !metadata.isPublic)
        #expect(metadata.grantTypes == [.authorizationCode] && metadata.idTokenSignedResponseAlg == .rs256)
        #expect(metadata.scope == nil && metadata.applicationType == .web && metadata.subjectType == .public)
        #expect(metadata.consent == .never && metadata.receipt == .onFailure && metadata.defaultScope == .session)
        #expect(metadata.accessTokenFormat == .opaque && metadata.notifyOnExpiry && !metadata.offline)
        #expect(metadata.logoutTokenType == "logout+jwt")
        let stranger = RegistrationPolicy(
            issuerOrigin: "https://op.example", development: false, defaultConsent: .first)
        #expect(try ClientMetadata(json: .object(Self.minimal), policy: stranger).consent == .first)
    }

    @Test(
        "one problem, named by its member",
        arguments: [
            (["redirect_uris": .null], "redirect_uris", .missing),
            (["redirect_uris": "https://rp.example/cb"], "redirect_uris", .wrongType),
            (["redirect_uris": ["https://rp.example/cb", "https://rp.example/cb"]], "redirect_uris", .duplicate),
            (["redirect_uris": ["https://rp.example/cb#frag"]], "redirect_uris[0]", .fragment),
            (["post_logout_redirect_uris": ["https://rp.example/*"]], "post_logout_redirect_uris[0]", .wildcard),
            (["application_type": "desktop"], "application_type", .unsupportedValue),
            (["grant_types": ["implicit", "authorization_code"]], "grant_types", .unsupportedValue),
            (["grant_types": ["client_credentials"], "response_types": ["code"]], "response_types", .conflict),
            (["grant_types": ["refresh_token"]], "grant_types", .conflict),
            (["grant_types": []], "grant_types", .missing),
            (["response_types": ["id_token"]], "response_types", .unsupportedValue),
            (["token_endpoint_auth_method": "client_secret_jwt"], "token_endpoint_auth_method", .unsupportedValue),
            (["token_endpoint_auth_method": "private_key_jwt"], "jwks", .missing),
            (["token_endpoint_auth_signing_alg": "ES256"], "token_endpoint_auth_signing_alg", .conflict),
            (["id_token_signed_response_alg": "none"], "id_token_signed_response_alg", .unsupportedValue),
            (["id_token_signed_response_alg": "HS256"], "id_token_signed_response_alg", .unsupportedValue),
            (["id_token_encrypted_response_alg": "RSA-OAEP"], "id_token_encrypted_response_alg", .notSupported),
            (["dpop_bound_access_tokens": true], "dpop_bound_access_tokens", .notSupported),
            (["jwks": ["keys": [["kty": "oct", "k": "c2VjcmV0"]]]], "jwks", .privateKey),
            (["jwks": ["keys": [["kty": "EC", "d": "x"]]]], "jwks", .privateKey),
            (["jwks": ["keys": []]], "jwks", .wrongType),
            (["jwks": ["keys": [["kty": "EC"]]], "jwks_uri": "https://rp.example/jwks"], "jwks", .conflict),
            (["jwks_uri": "http://rp.example/jwks"], "jwks_uri", .httpNotAllowed),
            (
                ["subject_type": "pairwise", "redirect_uris": ["https://a.example/", "https://b.example/"]],
                "redirect_uris", .pairwiseSector
            ),
            (["scope": "openid \"x"], "scope", .forbiddenCharacter),
            (["default_max_age": -1], "default_max_age", .wrongType),
            (["require_auth_time": "yes"], "require_auth_time", .wrongType),
            (["client_name": "a\u{202E}b"], "client_name", .forbiddenCharacter),
            (["client_name": "a\nb"], "client_name", .forbiddenCharacter),
            (["client_name": .string(String(repeating: "x", count: 256))], "client_name", .tooLong),
            (["logo_uri": "javascript:alert(1)"], "logo_uri", .dangerousScheme),
            (["backchannel_logout_uri": "https://rp.example/bc#x"], "backchannel_logout_uri", .fragment),
            (["backchannel_logout_uri": "http://rp.example/bc"], "backchannel_logout_uri", .httpNotAllowed),
            (["backchannel_logout_uri": "/bc"], "backchannel_logout_uri", .malformedURI),
            (["backchannel_logout_session_required": 1], "backchannel_logout_session_required", .wrongType),
            (["frontchannel_logout_uri": "https://other.example/fc"], "frontchannel_logout_uri", .foreignOrigin),
            (["exeunt_recipt": "always"], "exeunt_recipt", .unknownMember),
            (["exeunt_receipt": "sometimes"], "exeunt_receipt", .unsupportedValue),
            (["exeunt_logout_token_type": "jwt"], "exeunt_logout_token_type", .unsupportedValue),
            (["exeunt_audience": "a b"], "exeunt_audience", .forbiddenCharacter),
            (["exeunt_allow_http": true, "token_endpoint_auth_method": "none"], "exeunt_allow_http", .conflict),
            (
                ["grant_types": ["authorization_code", "client_credentials"], "token_endpoint_auth_method": "none"],
                "grant_types", .conflict
            ),
        ] as [(JSONObject, String, RegistrationProblem)])
    func refused(changes: JSONObject, member: String, problem: RegistrationProblem) throws {
        let refusals = try #require(throws: RegistrationRefusals.self) { try Self.read(changes) }
        #expect(refusals.refusals.map(\.member) == [member])
        #expect(refusals.refusals.map(\.problem) == [problem])
        #expect(refusals.status == 400)
    }

    @Test("Y8: a fragment in a redirect URI is invalid_redirect_uri, anything else invalid_client_metadata")
    func codes() throws {
        let fragment = try #require(throws: RegistrationRefusals.self) {
            try Self.read(["redirect_uris": ["https://rp.example/#x"]])
        }
        #expect(fragment.code == .invalidRedirectURI)
        let other = try #require(throws: RegistrationRefusals.self) { try Self.read(["subject_type": "x"]) }
        #expect(other.code == .invalidClientMetadata)
    }

    @Test("A-24: everything that is wrong is said at once")
    func collected() throws {
        let refusals = try #require(throws: RegistrationRefusals.self) {
            try Self.read([
                "redirect_uris": ["https://rp.example/ok", "javascript:x", "http://rp.example/"],
                "backchannel_logout_uri": "ftp://rp.example/", "exeunt_typo": 1, "logo_uri": 7,
            ])
        }
        let members = Set(refusals.refusals.map(\.member))
        #expect(
            members == ["redirect_uris[1]", "redirect_uris[2]", "backchannel_logout_uri", "exeunt_typo", "logo_uri"])
        for member in members { #expect(refusals.publicText.contains(member)) }
    }

    @Test("RFC 7591 §2: unknown members are kept and ignored; ours to give are never kept")
    func members() throws {
        let metadata = try Self.read([
            "x_unknown": ["a": 1], "client_secret": "chosen", "client_id": "chosen", "registration_access_token": "t",
        ])
        #expect(metadata.otherMembers.memberNames == ["x_unknown"])
        #expect(metadata.json["client_secret"] == nil && metadata.json["client_id"] == nil)
    }

    @Test("what is no object is refused", arguments: [JSONValue.null, [], "x", 1])
    func notAnObject(value: JSONValue) throws {
        let refusals = try #require(throws: RegistrationRefusals.self) {
            try ClientMetadata(json: value, policy: Self.policy)
        }
        #expect(refusals.refusals.map(\.problem) == [.notAnObject])
    }

    @Test(
        "A-20: every problem has a text that RFC 6749 §5.2 allows, and a section",
        arguments: RegistrationProblem.allCases)
    func texts(problem: RegistrationProblem) {
        let refusal = RegistrationRefusal(member: "redirect_uris[0]", problem: problem)
        #expect(refusal.publicText.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C })
        #expect(!refusal.section.isEmpty && refusal.id == "registration-\(problem.rawValue)")
    }

    @Test("a stored record stays readable when the configuration becomes stricter")
    func stored() throws {
        let development = RegistrationPolicy(issuerOrigin: "http://localhost:8080", development: true)
        let metadata = try ClientMetadata(json: ["redirect_uris": ["http://localhost:3000/cb"]], policy: development)
        #expect(try ClientMetadata(stored: metadata.json) == metadata)
        #expect(throws: RegistrationRefusals.self) { try ClientMetadata(json: metadata.json, policy: Self.policy) }
    }

    @Test("a client that does not say follows the provider's present setting; one that does, does not")
    func providerDefaults() throws {
        let defaults = ClientDefaults(receipt: .always, defaultScope: .browser)
        let silent = try ClientMetadata(stored: Self.read().json, defaults: defaults)
        #expect(silent.receipt == .always && silent.defaultScope == .browser)
        let outspoken = try Self.read(["exeunt_receipt": "never", "exeunt_default_scope": "session"])
        let stored = try ClientMetadata(stored: outspoken.json, defaults: defaults)
        #expect(stored.receipt == .never && stored.defaultScope == .session)
    }
}
