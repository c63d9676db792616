package import OpenIDTypes

/// What the provider says about itself (Discovery §3, RFC 8414 §2, the logout specifications' §2.1 and §3). Pure: the
/// same issuer gives the same bytes.
package enum ProviderMetadata {
    package static let openIDPath = "/.well-known/openid-configuration"
    package static let oauthPath = "/.well-known/oauth-authorization-server"
    package static let keySetPath = "/oidc/jwks"

    /// The document. No member is an empty array (RFC 8414 §2).
    package static func document(issuer: Issuer) -> JSONValue {
        .object(endpoints(issuer).merging(requests).merging(authentication).merging(tokens).merging(logout))
    }

    private static func endpoints(_ issuer: Issuer) -> JSONObject {
        [
            "issuer": .string(issuer.text),
            "authorization_endpoint": .string(issuer.url("/oidc/authorize")),
            "token_endpoint": .string(issuer.url("/oidc/token")),
            "userinfo_endpoint": .string(issuer.url("/oidc/userinfo")),
            "jwks_uri": .string(issuer.url(keySetPath)),
            "introspection_endpoint": .string(issuer.url("/oidc/introspect")),
            "revocation_endpoint": .string(issuer.url("/oidc/revoke")),
            "end_session_endpoint": .string(issuer.url("/oidc/logout")),
        ]
    }

    private static let requests: JSONObject = [
        "scopes_supported": .strings(KnownScopes.all),
        "response_types_supported": .strings(ResponseType.allCases.map(\.rawValue)),
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": .strings(GrantType.allCases.map(\.rawValue)),
        "subject_types_supported": .strings(SubjectType.allCases.map(\.rawValue)),
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_parameter_supported": true,
        // Without these two, request_uri counts as supported (Discovery §3).
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        // Plain would be no protection (RFC 9700 §2.1.1).
        "code_challenge_methods_supported": ["S256"],
        // RFC 9207 §3.
        "authorization_response_iss_parameter_supported": true,
        "ui_locales_supported": ["en"],
    ]

    private static let algorithms = JSONValue.strings(SigningAlgorithm.allCases.map(\.rawValue))

    private static let authentication: JSONObject = {
        let all = ClientAuthenticationMethod.allCases.map(\.rawValue)
        // Nobody introspects who has not proven who it is (RFC 7662 §2.1).
        let confidential = all.filter { $0 != ClientAuthenticationMethod.none.rawValue }
        return [
            "token_endpoint_auth_methods_supported": .strings(all),
            "token_endpoint_auth_signing_alg_values_supported": algorithms,
            "introspection_endpoint_auth_methods_supported": .strings(confidential),
            "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
            "revocation_endpoint_auth_methods_supported": .strings(all),
            "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        ]
    }()

    private static let tokens: JSONObject = [
        "id_token_signing_alg_values_supported": algorithms,
        "claim_types_supported": ["normal"],
        "claims_supported": .strings(
            ["iss", "aud", "exp", "iat", "auth_time", "nonce", "amr", "at_hash", "sid"] + KnownScopes.claims
        ),
    ]

    private static let logout: JSONObject = [
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
    ]
}
