package import OpenIDTypes

/// Why a revocation is not even looked at (RFC 7009 §2.2.1).
package enum RevocationRefusal: String, Refusal, CaseIterable {
    case tokenMissing = "revocation-token-missing"

    package var id: String { rawValue }
    package var code: OAuthErrorCode { .invalidRequest }
    package var publicText: String { "The parameter token is missing." }
    package var section: String { "RFC 7009 §2.1" }
}
