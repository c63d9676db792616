package import OpenIDTypes

/// What one of our own tokens is taken for. Each kind has its `typ` and its claims, so that none passes for another
///
package enum OwnTokenKind: Sendable, Hashable, CaseIterable {
    case idToken, logoutToken, accessToken

    /// Whether header and claims are this kind's. The signature, the issuer and the expiry are judged elsewhere.
    package func fits(type: String?, claims: JSONValue) -> Bool {
        guard let exp = claims["exp"]?.int, let iat = claims["iat"]?.int, exp > 0, iat > 0, claims["aud"] != nil else {
            return false
        }
        let hasSubject = claims["sub"]?.string?.isEmpty == false
        switch self {
        case .idToken:
            // Older clients get logout tokens of type JWT: `events` gives them away (Back-Channel Logout §2.4).
            return (type == nil || type == "jwt") && hasSubject && claims["events"] == nil && claims["client_id"] == nil
        case .logoutToken:
            return (type == "logout+jwt" || type == "jwt") && claims["events"]?[LogoutTokenClaims.event]?.object != nil
                && claims["nonce"] == nil && claims["jti"]?.string != nil && (hasSubject || claims["sid"] != nil)
        case .accessToken:
            return type == "at+jwt" && hasSubject && claims["jti"]?.string != nil && claims["client_id"]?.string != nil
        }
    }
}
