/// An `error` value of RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6, RFC 6750 §3.1, RFC 7009 §2.2.1,
/// RFC 7591 §3.2.2 or RFC 9470 §3 and their like.
package struct OAuthErrorCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let invalidRequest = Self(rawValue: "invalid_request")
    package static let invalidClient = Self(rawValue: "invalid_client")
    package static let invalidGrant = Self(rawValue: "invalid_grant")
    package static let unauthorizedClient = Self(rawValue: "unauthorized_client")
    package static let unsupportedGrantType = Self(rawValue: "unsupported_grant_type")
    package static let invalidScope = Self(rawValue: "invalid_scope")
    package static let accessDenied = Self(rawValue: "access_denied")
    package static let unsupportedResponseType = Self(rawValue: "unsupported_response_type")
    package static let serverError = Self(rawValue: "server_error")
    package static let temporarilyUnavailable = Self(rawValue: "temporarily_unavailable")
    package static let loginRequired = Self(rawValue: "login_required")
    package static let interactionRequired = Self(rawValue: "interaction_required")
    package static let accountSelectionRequired = Self(rawValue: "account_selection_required")
    package static let consentRequired = Self(rawValue: "consent_required")
    package static let requestNotSupported = Self(rawValue: "request_not_supported")
    package static let requestURINotSupported = Self(rawValue: "request_uri_not_supported")
    package static let registrationNotSupported = Self(rawValue: "registration_not_supported")
    package static let invalidToken = Self(rawValue: "invalid_token")
    package static let insufficientScope = Self(rawValue: "insufficient_scope")
    package static let unsupportedTokenType = Self(rawValue: "unsupported_token_type")
    package static let invalidRedirectURI = Self(rawValue: "invalid_redirect_uri")
    package static let invalidClientMetadata = Self(rawValue: "invalid_client_metadata")
    package static let unmetAuthenticationRequirements = Self(rawValue: "unmet_authentication_requirements")
}
