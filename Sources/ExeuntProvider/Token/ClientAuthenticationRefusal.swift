package import OpenIDTypes

/// Why an application is not believed to be the client that it names (RFC 6749 §2.3, §5.2).
package enum ClientAuthenticationRefusal: String, Refusal, CaseIterable {
    case credentialsMissing = "client-credentials-missing"
    case credentialsMalformed = "client-credentials-malformed"
    case methodsCombined = "client-methods-combined"
    case clientIDsDifferent = "client-ids-different"
    case clientUnknown = "client-unknown"
    case methodNotRegistered = "client-method-not-registered"
    case secretWrong = "client-secret-wrong"
    case assertionTypeUnknown = "client-assertion-type-unknown"
    case assertionMalformed = "client-assertion-malformed"
    case assertionNotVerified = "client-assertion-not-verified"
    case assertionNotForClient = "client-assertion-not-for-client"
    case assertionAudienceWrong = "client-assertion-audience-wrong"
    case assertionExpired = "client-assertion-expired"
    case assertionLivesTooLong = "client-assertion-lives-too-long"
    case assertionSpent = "client-assertion-spent"
    case publicClient = "client-is-public"

    package var id: String { rawValue }

    package var code: OAuthErrorCode {
        switch self {
        case .methodsCombined, .clientIDsDifferent: .invalidRequest
        default: .invalidClient
        }
    }

    package var status: Int { code == .invalidClient ? 401 : 400 }

    package var publicText: String {
        switch self {
        case .credentialsMissing: "The client does not say who it is."
        case .credentialsMalformed: "The client's credentials cannot be read."
        case .methodsCombined: "Only one way of client authentication may be used in a request."
        case .clientIDsDifferent: "The client_id is not the one that authenticates."
        // Which of these it was is in the log only: a stranger must not learn which clients exist.
        case .clientUnknown, .secretWrong, .methodNotRegistered:
            "The client is unknown, or it did not authenticate as it is registered to."
        case .assertionTypeUnknown: "This client_assertion_type is not supported."
        case .assertionMalformed: "The client_assertion cannot be read."
        case .assertionNotVerified: "The client_assertion is not signed with a key of the client."
        case .assertionNotForClient: "The client_assertion must have the client_id as iss and sub."
        case .assertionAudienceWrong: "The client_assertion must have this issuer or this endpoint as its only aud."
        case .assertionExpired: "The client_assertion has expired, or is not valid yet."
        case .assertionLivesTooLong: "The client_assertion must expire within ten minutes."
        case .assertionSpent: "The client_assertion was used before."
        case .publicClient: "A client without credentials may not ask this."
        }
    }

    package var section: String {
        switch self {
        case .methodsCombined: "RFC 6749 §2.3"
        case .credentialsMissing, .credentialsMalformed, .clientIDsDifferent, .clientUnknown, .secretWrong:
            "RFC 6749 §2.3.1"
        case .methodNotRegistered: "RFC 7591 §2"
        case .assertionTypeUnknown: "RFC 7521 §4.2"
        case .publicClient: "RFC 7662 §2.1"
        default: "RFC 7523 §3"
        }
    }
}
