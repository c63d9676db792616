import ForeignKeys
import OpenIDTypes

/// Decides whether a token is the provider's and meant for this application.
struct TokenVerifier: Sendable {
    /// How far the provider's clock may be ahead or behind.
    static let skew = Duration.seconds(60)
    static let allowed: [SigningAlgorithm] = [.rs256, .es256, .edDSA]
    static let logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

    let issuer: String
    let clientID: String
    let directory: ProviderDirectory
    let clock: any WallClock

    /// Core §3.1.3.7, for a token that came straight from the token endpoint.
    func idToken(_ token: String, nonce: String) async throws -> JSONValue {
        let claims = try await verified(token, types: [nil, "JWT"])
        guard claims["nonce"]?.string == nonce else { throw RelyingPartyError(.token, "the nonce is another login's") }
        guard let expiry = claims["exp"]?.int, Timestamp(seconds: expiry) + Self.skew > clock.now else {
            throw RelyingPartyError(.token, "the ID token has expired")
        }
        guard claims["sub"]?.string?.isEmpty == false else { throw RelyingPartyError(.token, "the token has no sub") }
        return claims
    }

    /// Back-Channel Logout §2.6, steps 2 to 7. Replay (step 8) is the receiver's.
    func logoutToken(_ token: String) async throws -> LogoutNotice {
        // BC-OP-12: `typ` is recommended, not required; tokens of another declared type are refused.
        let claims = try await verified(token, types: [nil, "JWT", "logout+jwt"])
        let now = clock.now
        guard let issued = claims["iat"]?.int, Timestamp(seconds: issued) - Self.skew <= now else {
            throw RelyingPartyError(.token, "the logout token is from the future")
        }
        guard let expiry = claims["exp"]?.int, Timestamp(seconds: expiry) + Self.skew > now else {
            throw RelyingPartyError(.token, "the logout token has expired")
        }
        guard claims["nonce"] == nil else { throw RelyingPartyError(.token, "a logout token has no nonce") }
        guard claims["events"]?[Self.logoutEvent]?.object != nil else {
            throw RelyingPartyError(.token, "the token carries no logout event")
        }
        let subject = claims["sub"]?.string
        let sid = claims["sid"]?.string
        guard subject != nil || sid != nil else { throw RelyingPartyError(.token, "the token names nobody") }
        guard let jti = claims["jti"]?.string else { throw RelyingPartyError(.token, "the token has no jti") }
        return LogoutNotice(subject: subject, sid: sid, jti: jti, expiry: Timestamp(seconds: expiry) + Self.skew)
    }

    private func verified(_ token: String, types: [String?]) async throws -> JSONValue {
        guard let parsed = try? CompactJWS.parse(token) else { throw RelyingPartyError(.token, "not a signed token") }
        guard types.contains(where: { $0?.lowercased() == parsed.type?.lowercased() }) else {
            throw RelyingPartyError(.token, "a token of another type")
        }
        let keys = try await directory.keys(containing: parsed.keyID)
        guard let claims = try await ForeignKeySet.verify(token, keys: keys, allowed: Self.allowed) else {
            throw RelyingPartyError(.token, "the signature is not the provider's")
        }
        guard claims["iss"]?.string == issuer else { throw RelyingPartyError(.token, "another issuer's token") }
        let audience = claims["aud"]?.strings ?? [claims["aud"]?.string].compactMap { $0 }
        guard audience.contains(clientID) else { throw RelyingPartyError(.token, "a token for another application") }
        return claims
    }
}
