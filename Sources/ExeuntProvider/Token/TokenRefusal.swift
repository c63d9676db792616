package import OpenIDTypes

/// Why the token endpoint gives nothing (RFC 6749 §5.2). Client authentication has its own refusals.
package enum TokenRefusal: String, Refusal, CaseIterable {
    case grantTypeMissing = "grant-type-missing"
    case grantTypeUnsupported = "grant-type-unsupported"
    case grantTypeNotRegistered = "grant-type-not-registered"
    case codeMissing = "code-missing"
    case codeUnknown = "code-unknown"
    case codeExpired = "code-expired"
    case codeReused = "code-reused"
    case redirectURIMissing = "redirect-uri-missing"
    case redirectURIDifferent = "redirect-uri-different"
    case verifierMalformed = "verifier-malformed"
    case verifierMissing = "verifier-missing"
    case verifierWrong = "verifier-wrong"
    case verifierUnexpected = "verifier-unexpected"
    case sessionEnded = "session-ended"
    case refreshTokenMissing = "refresh-token-missing"
    case refreshTokenUnknown = "refresh-token-unknown"
    case refreshTokenJustRotated = "refresh-token-just-rotated"
    case refreshTokenReplayed = "refresh-token-replayed"
    case grantEnded = "grant-ended"
    case scopeMalformed = "scope-malformed"
    case scopeWidened = "scope-widened"
    case scopeNotAllowed = "scope-not-allowed"
    case scopeNeedsPerson = "scope-needs-person"
    case publicClient = "public-client"
    case resourceUnknown = "resource-unknown"

    package var id: String { rawValue }

    package var code: OAuthErrorCode {
        switch self {
        case .grantTypeMissing, .codeMissing, .redirectURIMissing, .verifierMalformed, .refreshTokenMissing:
            .invalidRequest
        case .grantTypeUnsupported: .unsupportedGrantType
        case .grantTypeNotRegistered, .publicClient: .unauthorizedClient
        case .codeUnknown, .codeExpired, .codeReused, .redirectURIDifferent, .verifierMissing, .verifierWrong,
            .verifierUnexpected, .sessionEnded, .refreshTokenUnknown, .refreshTokenJustRotated, .refreshTokenReplayed,
            .grantEnded:
            .invalidGrant
        case .scopeMalformed, .scopeWidened, .scopeNotAllowed, .scopeNeedsPerson: .invalidScope
        // RFC 8707 §2.
        case .resourceUnknown: OAuthErrorCode(rawValue: "invalid_target")
        }
    }

    package var publicText: String {
        switch self {
        case .grantTypeMissing: "The parameter grant_type is missing."
        case .grantTypeUnsupported: "This grant_type is not supported."
        case .grantTypeNotRegistered: "The client is not registered for this grant_type."
        case .codeMissing: "The parameter code is missing."
        // A code of another client is as unknown as any other.
        case .codeUnknown: "The code is not valid."
        case .codeExpired: "The code has expired."
        case .codeReused: "The code was used before; what it gave has been revoked."
        case .redirectURIMissing: "The parameter redirect_uri is missing."
        case .redirectURIDifferent: "The redirect_uri is not the one of the authorization request."
        case .verifierMalformed: "The code_verifier must have 43 to 128 unreserved characters."
        case .verifierMissing: "The code was requested with a code_challenge; code_verifier is missing."
        case .verifierWrong: "The code_verifier does not fit the code_challenge."
        case .verifierUnexpected: "The code was requested without a code_challenge."
        case .sessionEnded: "The session in which the code was given has ended."
        case .refreshTokenMissing: "The parameter refresh_token is missing."
        case .refreshTokenUnknown: "The refresh token is not valid."
        case .refreshTokenJustRotated: "The refresh token has just been replaced; use the new one."
        case .refreshTokenReplayed: "The refresh token was used before; it and all that came from it are revoked."
        case .grantEnded: "The grant of this refresh token has ended."
        case .scopeMalformed: "The scope is not a list of scope tokens separated by single spaces."
        case .scopeWidened: "The scope is wider than the one granted."
        case .scopeNotAllowed: "The client may not use this scope."
        case .scopeNeedsPerson: "This scope is about a person, and no person takes part in client_credentials."
        case .publicClient: "A public client cannot use client_credentials."
        case .resourceUnknown: "The resource is not known here."
        }
    }

    package var section: String {
        switch self {
        case .grantTypeMissing, .grantTypeUnsupported, .grantTypeNotRegistered: "RFC 6749 §5.2"
        case .codeMissing, .codeUnknown, .codeExpired, .redirectURIMissing, .redirectURIDifferent: "Core §3.1.3.2"
        case .codeReused: "RFC 6749 §4.1.2"
        case .verifierMalformed: "RFC 7636 §4.1"
        case .verifierMissing, .verifierWrong: "RFC 7636 §4.6"
        case .verifierUnexpected: "RFC 9700 §2.1.1"
        case .sessionEnded: "RFC 9700 §4.14"
        case .refreshTokenMissing, .refreshTokenUnknown, .grantEnded: "Core §12.1"
        case .refreshTokenJustRotated, .refreshTokenReplayed: "RFC 9700 §4.14.2"
        case .scopeMalformed: "RFC 6749 §3.3"
        case .scopeWidened: "RFC 6749 §6"
        case .scopeNotAllowed, .scopeNeedsPerson, .publicClient: "RFC 6749 §4.4"
        case .resourceUnknown: "RFC 8707 §2"
        }
    }
}
