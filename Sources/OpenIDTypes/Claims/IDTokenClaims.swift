/// The claims of an ID token (Core §2, Front-Channel Logout §3 for `sid`).
package struct IDTokenClaims: Sendable {
    package var issuer: String
    package var subject: Subject
    package var audience: ClientID
    package var expires: Timestamp
    package var issuedAt: Timestamp
    package var authTime: Timestamp?
    package var nonce: String?
    package var acr: String?
    package var amr: [String]
    package var accessTokenHash: String?
    package var sid: SID
    /// Claims about the person. They cannot replace one of the protocol's.
    package var additional: JSONObject

    package init(
        issuer: String, subject: Subject, audience: ClientID, expires: Timestamp, issuedAt: Timestamp,
        authTime: Timestamp? = nil, nonce: String? = nil, acr: String? = nil, amr: [String] = [],
        accessTokenHash: String? = nil, sid: SID, additional: JSONObject = [:]
    ) {
        self.issuer = issuer
        self.subject = subject
        self.audience = audience
        self.expires = expires
        self.issuedAt = issuedAt
        self.authTime = authTime
        self.nonce = nonce
        self.acr = acr
        self.amr = amr
        self.accessTokenHash = accessTokenHash
        self.sid = sid
        self.additional = additional
    }

    package var json: JSONValue {
        var claims: JSONObject = [
            "iss": .string(issuer),
            "sub": .string(subject.rawValue),
            "aud": .string(audience.rawValue),
            "exp": .integer(expires.seconds),
            "iat": .integer(issuedAt.seconds),
        ]
        claims["auth_time"] = authTime.map { .integer($0.seconds) }
        claims["nonce"] = nonce.map(JSONValue.string)
        claims["acr"] = acr.map(JSONValue.string)
        claims["amr"] = amr.isEmpty ? nil : .strings(amr)
        claims["at_hash"] = accessTokenHash.map(JSONValue.string)
        claims["sid"] = .string(sid.rawValue)
        return .object(additional.merging(claims))
    }
}
