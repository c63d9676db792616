package import OpenIDTypes

/// Why a question about a token is not answered at all (RFC 7662 §2.3).
package enum IntrospectionRefusal: String, Refusal, CaseIterable {
    case tokenMissing = "introspection-token-missing"

    package var id: String { rawValue }
    package var code: OAuthErrorCode { .invalidRequest }
    package var publicText: String { "The parameter token is missing." }
    package var section: String { "RFC 7662 §2.1" }
}
