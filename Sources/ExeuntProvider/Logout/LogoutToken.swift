package import OpenIDTypes

/// A logout token (Back-Channel Logout §2.4), made anew for every attempt: receivers that remember a `jti` would refuse
/// the second use of one, and one kept over a back-off would have expired.
package enum LogoutToken {
    /// Signed as the application's ID tokens are (§2.6); `sid` is always in it, because some receivers that know it do
    /// nothing for a `sub` alone (conformance §17).
    package static func make(
        for work: LogoutDeliveryWork, issuer: String, lifetime: Duration, signer: SigningKey, now: Timestamp
    ) throws -> String {
        let claims = LogoutTokenClaims(
            issuer: issuer,
            audience: work.client,
            subject: work.subject,
            sid: work.sid,
            issuedAt: now,
            // §4: two minutes at most, whatever is configured.
            expires: now + min(lifetime, .seconds(120)),
            jti: RandomToken.make(bytes: 16)
        )
        return try signer.sign(type: work.typ, payload: claims.json)
    }
}
