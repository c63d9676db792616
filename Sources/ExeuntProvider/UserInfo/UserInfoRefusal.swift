package import OpenIDTypes

/// Why UserInfo says nothing (RFC 6750 §3.1, Core §5.3.3).
package enum UserInfoRefusal: String, Refusal, CaseIterable {
    case tokenMissing = "userinfo-token-missing"
    case tokenGivenTwice = "userinfo-token-given-twice"
    case tokenInvalid = "userinfo-token-invalid"
    case scopeInsufficient = "userinfo-scope-insufficient"

    package var id: String { rawValue }

    package var code: OAuthErrorCode {
        switch self {
        case .tokenMissing, .tokenInvalid: .invalidToken
        case .tokenGivenTwice: .invalidRequest
        case .scopeInsufficient: .insufficientScope
        }
    }

    package var status: Int {
        switch self {
        case .tokenMissing, .tokenInvalid: 401
        case .tokenGivenTwice: 400
        case .scopeInsufficient: 403
        }
    }

    package var publicText: String {
        switch self {
        case .tokenMissing: "An access token is needed."
        case .tokenGivenTwice: "The access token must be given in one way only."
        case .tokenInvalid: "The access token is not valid here, has expired or was revoked."
        case .scopeInsufficient: "The access token does not have the scope openid."
        }
    }

    package var section: String {
        switch self {
        case .tokenMissing, .tokenInvalid: "RFC 6750 §3.1"
        case .tokenGivenTwice: "RFC 6750 §2"
        case .scopeInsufficient: "Core §5.3.1"
        }
    }
}
