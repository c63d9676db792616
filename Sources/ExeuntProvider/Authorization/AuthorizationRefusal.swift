package import OpenIDTypes

/// Why an authorization request gets no code (OpenID Connect Core §3.1.2.6, RFC 6749 §4.1.2.1): a closed set.
///
/// The first group is found before client and redirect URI are known to belong together; those never redirect,
/// because the address would be the attacker's (RFC 6749 §4.1.2.1, §10.15). Neither does a request whose parameters
/// cannot be read at all (`ParameterRefusal`).
package enum AuthorizationRefusal: String, Refusal, CaseIterable {
    // Never redirected.
    case clientMissing = "client-missing"
    case clientUnknown = "client-unknown"
    case redirectURIMissing = "redirect-uri-missing"
    case redirectURIMismatch = "redirect-uri-mismatch"
    case stateTooLong = "state-too-long"

    // Told to the application.
    case grantTypeNotRegistered = "grant-type-not-registered"
    case requestObject = "request-object"
    case requestURI = "request-uri"
    case registrationParameter = "registration-parameter"
    case responseTypeMissing = "response-type-missing"
    case responseTypeUnsupported = "response-type-unsupported"
    case responseModeUnsupported = "response-mode-unsupported"
    case scopeMalformed = "scope-malformed"
    case nonceTooLong = "nonce-too-long"
    case challengeMissing = "challenge-missing"
    case challengeMethod = "challenge-method"
    case challengeMalformed = "challenge-malformed"
    case promptUnknown = "prompt-unknown"
    case promptNoneWithOthers = "prompt-none-with-others"
    case maxAgeMalformed = "max-age-malformed"
    case claimsMalformed = "claims-malformed"
    case hintInvalid = "id-token-hint-invalid"
    case loginRequired = "login-required"
    case otherAccount = "other-account"
    case accountSelectionRequired = "account-selection-required"
    case consentRequired = "consent-required"
    case consentDenied = "consent-denied"
    case authenticationClassUnmet = "authentication-class-unmet"

    package var id: String { rawValue }

    package var mayRedirect: Bool {
        switch self {
        case .clientMissing, .clientUnknown, .redirectURIMissing, .redirectURIMismatch, .stateTooLong:
            false
        default: true
        }
    }

    package var status: Int { 400 }

    package var code: OAuthErrorCode {
        switch self {
        case .clientMissing, .redirectURIMissing, .redirectURIMismatch, .stateTooLong: .invalidRequest
        case .clientUnknown: .invalidClient
        case .grantTypeNotRegistered: .unauthorizedClient
        case .requestObject: .requestNotSupported
        case .requestURI: .requestURINotSupported
        case .registrationParameter: .registrationNotSupported
        case .responseTypeUnsupported: .unsupportedResponseType
        case .scopeMalformed: .invalidScope
        case .responseTypeMissing, .responseModeUnsupported, .nonceTooLong, .challengeMissing, .challengeMethod,
            .challengeMalformed, .promptUnknown, .promptNoneWithOthers, .maxAgeMalformed, .claimsMalformed,
            .hintInvalid:
            .invalidRequest
        case .loginRequired, .otherAccount: .loginRequired
        case .accountSelectionRequired: .accountSelectionRequired
        case .consentRequired: .consentRequired
        case .consentDenied: .accessDenied
        case .authenticationClassUnmet: .unmetAuthenticationRequirements
        }
    }

    package var section: String {
        switch self {
        case .clientMissing, .clientUnknown, .grantTypeNotRegistered, .scopeMalformed: "RFC 6749 §4.1.2.1"
        case .redirectURIMissing, .redirectURIMismatch, .stateTooLong, .nonceTooLong, .maxAgeMalformed, .promptUnknown,
            .promptNoneWithOthers, .hintInvalid:
            "OpenID Connect Core §3.1.2.1"
        case .requestObject, .requestURI: "OpenID Connect Core §6"
        case .registrationParameter: "OpenID Connect Core §7.2.1"
        case .responseTypeMissing, .responseTypeUnsupported: "RFC 6749 §3.1.1"
        case .responseModeUnsupported: "OAuth 2.0 Multiple Response Types §2.1"
        case .challengeMissing, .challengeMethod, .challengeMalformed: "RFC 7636 §4.3"
        case .claimsMalformed: "OpenID Connect Core §5.5"
        case .loginRequired, .accountSelectionRequired, .consentRequired: "OpenID Connect Core §3.1.2.6"
        case .otherAccount: "OpenID Connect Core §3.1.2.2"
        case .consentDenied: "OpenID Connect Core §3.1.2.4"
        case .authenticationClassUnmet: "OpenID Connect Core Unmet Authentication Requirements §2"
        }
    }
}

extension AuthorizationRefusal {
    /// Only the characters that RFC 6749 §4.1.2.1 allows in `error_description`; never anything of the request.
    package var publicText: String {
        switch self {
        case .clientMissing: "The request does not say which application it comes from (client_id)."
        case .clientUnknown: "The application is not known here."
        case .redirectURIMissing: "The request has no redirect_uri."
        case .redirectURIMismatch: "The redirect_uri is not registered for this application."
        case .stateTooLong: "The state is too long."
        case .grantTypeNotRegistered: "The application is not registered for the authorization code grant."
        case .requestObject: "Request objects are not supported."
        case .requestURI: "Request objects by reference are not supported."
        case .registrationParameter: "The registration parameter is not supported."
        case .responseTypeMissing: "The request has no response_type."
        case .responseTypeUnsupported: "Only the response_type code is supported."
        case .responseModeUnsupported: "Only the response modes query and form_post are supported."
        case .scopeMalformed: "The scope is not well formed."
        case .nonceTooLong: "The nonce is too long."
        case .challengeMissing: "A code_challenge is required."
        case .challengeMethod: "Only the code_challenge_method S256 is supported."
        case .challengeMalformed: "The code_challenge is not well formed."
        case .promptUnknown: "The prompt has an unknown value."
        case .promptNoneWithOthers: "The prompt none cannot be combined with others."
        case .maxAgeMalformed: "The max_age is not a number of seconds."
        case .claimsMalformed: "The claims parameter is not well formed."
        case .hintInvalid: "The id_token_hint was not issued here to this application."
        case .loginRequired: "The person must sign in."
        case .otherAccount: "Another person than the one asked for signed in."
        case .accountSelectionRequired: "The person must choose an account."
        case .consentRequired: "The person must consent."
        case .consentDenied: "The person did not consent."
        case .authenticationClassUnmet: "The requested authentication class cannot be met."
        }
    }
}
