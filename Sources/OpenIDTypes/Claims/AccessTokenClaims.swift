/// The claims of a JWT access token (RFC 9068 §2.2), with `sid` so that a resource server can act on a logout.
package struct AccessTokenClaims: Sendable {
    package var issuer: String
    package var audience: String
    /// The client itself for client credentials (RFC 9068 §2.2).
    package var subject: Subject
    package var clientID: ClientID
    package var expires: Timestamp
    package var issuedAt: Timestamp
    package var jti: String
    package var scope: [String]
    package var authTime: Timestamp?
    package var acr: String?
    package var amr: [String]
    package var sid: SID?

    package init(
        issuer: String, audience: String, subject: Subject, clientID: ClientID, expires: Timestamp,
        issuedAt: Timestamp, jti: String, scope: [String], authTime: Timestamp? = nil, acr: String? = nil,
        amr: [String] = [], sid: SID? = nil
    ) {
        self.issuer = issuer
        self.audience = audience
        self.subject = subject
        self.clientID = clientID
        self.expires = expires
        self.issuedAt = issuedAt
        self.jti = jti
        self.scope = scope
        self.authTime = authTime
        self.acr = acr
        self.amr = amr
        self.sid = sid
    }

    package var json: JSONValue {
        var claims: JSONObject = [
            "iss": .string(issuer),
            "sub": .string(subject.rawValue),
            "aud": .string(audience),
            "client_id": .string(clientID.rawValue),
            "exp": .integer(expires.seconds),
            "iat": .integer(issuedAt.seconds),
            "jti": .string(jti),
        ]
        claims["scope"] = scope.isEmpty ? nil : .string(scope.joined(separator: " "))
        claims["auth_time"] = authTime.map { .integer($0.seconds) }
        claims["acr"] = acr.map(JSONValue.string)
        claims["amr"] = amr.isEmpty ? nil : .strings(amr)
        claims["sid"] = sid.map { .string($0.rawValue) }
        return .object(claims)
    }
}
