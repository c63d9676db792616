import OpenIDTypes

/// What the claims of a token must say, once its signature is known to be the provider's.
enum TokenRules {
    /// How far the provider's clock may be ahead or behind.
    static let skew = Duration.seconds(60)

    /// Core §3.1.3.7, steps 2 to 5 and 9 to 11.
    static func checkIDToken(
        _ claims: JSONValue, issuer: String, clientID: String, nonce: String, now: Timestamp
    ) throws(RelyingPartyError) {
        try checkOrigin(claims, issuer: issuer, clientID: clientID)
        try checkTimes(claims, now: now)
        // Steps 4 and 5, as ID tokens for several audiences name the one that asked for it.
        let audience = claims["aud"]?.strings ?? []
        guard claims["azp"]?.string == clientID || (claims["azp"] == nil && audience.count < 2) else {
            throw RelyingPartyError(.token, "an ID token that another application asked for")
        }
        guard claims["nonce"]?.string == nonce else { throw RelyingPartyError(.token, "the nonce is another login's") }
        guard claims["sub"]?.string?.isEmpty == false else { throw RelyingPartyError(.token, "the token has no sub") }
    }

    /// Back-Channel Logout §2.6, steps 3 to 7.
    static func logoutNotice(
        _ claims: JSONValue, issuer: String, clientID: String, now: Timestamp
    ) throws(RelyingPartyError) -> LogoutNotice {
        try checkOrigin(claims, issuer: issuer, clientID: clientID)
        try checkTimes(claims, now: now)
        guard claims["nonce"] == nil else { throw RelyingPartyError(.token, "a logout token has no nonce") }
        guard claims["events"]?[LogoutTokenClaims.event]?.object != nil else {
            throw RelyingPartyError(.token, "the token carries no logout event")
        }
        // A claim of the wrong type is not an absent one: what it was to name is unknown.
        let (subject, sid) = (claims["sub"]?.string, claims["sid"]?.string)
        guard subject?.isEmpty == false || claims["sub"] == nil, sid?.isEmpty == false || claims["sid"] == nil,
            subject != nil || sid != nil
        else { throw RelyingPartyError(.token, "the token names neither a session nor a person") }
        guard let jti = claims["jti"]?.string, !jti.isEmpty, jti.utf8.count <= 255 else {
            throw RelyingPartyError(.token, "the token has no jti")
        }
        return LogoutNotice(
            issuer: issuer,
            subject: subject,
            sid: sid,
            tokenID: jti,
            issuedAt: claims["iat"]?.int ?? 0,
            expiresAt: (Timestamp(seconds: claims["exp"]?.int ?? 0) + skew).seconds
        )
    }

    private static func checkOrigin(_ claims: JSONValue, issuer: String, clientID: String) throws(RelyingPartyError) {
        guard claims["iss"]?.string == issuer else { throw RelyingPartyError(.token, "another issuer's token") }
        let audience = claims["aud"]?.strings ?? [claims["aud"]?.string].compactMap { $0 }
        guard audience.contains(clientID) else { throw RelyingPartyError(.token, "a token for another application") }
    }

    /// Both times are required, in ID tokens (Core §2) as in logout tokens (Back-Channel Logout §2.4).
    private static func checkTimes(_ claims: JSONValue, now: Timestamp) throws(RelyingPartyError) {
        guard let issued = moment(claims["iat"]), issued - skew <= now else {
            throw RelyingPartyError(.token, "the token is from the future, or does not say when it was made")
        }
        guard let expiry = moment(claims["exp"]), expiry + skew > now else {
            throw RelyingPartyError(.token, "the token has expired, or does not say when it will")
        }
    }

    /// Beyond the year 9999 a number is a mistake or an attempt at an overflow.
    private static func moment(_ value: JSONValue?) -> Timestamp? {
        guard let seconds = value?.int, (0...253_402_300_799).contains(seconds) else { return nil }
        return Timestamp(seconds: seconds)
    }
}
