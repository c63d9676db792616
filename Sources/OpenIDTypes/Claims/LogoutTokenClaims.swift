/// The claims of a logout token (Back-Channel Logout §2.4): never a `nonce`, `events` with exactly one empty member.
package struct LogoutTokenClaims: Sendable {
    package static let event = "http://schemas.openid.net/event/backchannel-logout"

    package var issuer: String
    package var audience: ClientID
    package var subject: Subject?
    package var sid: SID?
    package var issuedAt: Timestamp
    package var expires: Timestamp
    package var jti: String

    package init(
        issuer: String, audience: ClientID, subject: Subject?, sid: SID?, issuedAt: Timestamp, expires: Timestamp,
        jti: String
    ) {
        self.issuer = issuer
        self.audience = audience
        self.subject = subject
        self.sid = sid
        self.issuedAt = issuedAt
        self.expires = expires
        self.jti = jti
    }

    package var json: JSONValue {
        var claims: JSONObject = ["iss": .string(issuer)]
        claims["sub"] = subject.map { .string($0.rawValue) }
        claims["aud"] = .string(audience.rawValue)
        claims["iat"] = .integer(issuedAt.seconds)
        claims["exp"] = .integer(expires.seconds)
        claims["jti"] = .string(jti)
        claims["sid"] = sid.map { .string($0.rawValue) }
        claims["events"] = [Self.event: [:]]
        return .object(claims)
    }
}
