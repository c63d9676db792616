package import OpenIDTypes

/// Makes the answer of the token endpoint (RFC 6749 §5.1, Core §3.1.3.3), after the commit: no signature is computed
/// while a lock is held.
package struct TokenResponse: Sendable {
    let issuer: Issuer
    let lifetimes: Lifetimes

    package init(issuer: Issuer, lifetimes: Lifetimes) {
        self.issuer = issuer
        self.lifetimes = lifetimes
    }

    /// - Parameter key: the signer for this client's algorithm; needed for an ID token and for a JWT access token.
    package func json(_ tokens: IssuedTokens, for order: TokenOrder, key: SigningKey?) throws -> JSONValue {
        let access = try accessToken(tokens, order, key)
        var members: JSONObject = [
            "access_token": .string(access),
            "token_type": "Bearer",
            "expires_in": .integer((tokens.accessTokenExpires - order.now).milliseconds / 1000),
        ]
        members["refresh_token"] = tokens.refreshToken.map(JSONValue.string)
        members["scope"] = .string(tokens.scope.joined(separator: " "))
        if let person = tokens.person, tokens.scope.contains(KnownScope.openid.rawValue) {
            guard let key else { throw MissingSigningKey() }
            let claims = idToken(person, order, accessTokenHash: key.leftHalfHash(of: access))
            members["id_token"] = .string(try key.sign(type: "JWT", payload: claims.json))
        }
        return .object(members)
    }

    private func accessToken(_ tokens: IssuedTokens, _ order: TokenOrder, _ key: SigningKey?) throws -> String {
        guard tokens.format == .jwt else { return tokens.accessToken }
        guard let key else { throw MissingSigningKey() }
        let grant = tokens.person?.grant
        let claims = AccessTokenClaims(
            issuer: issuer.text,
            // RFC 9068 §3: without a resource the default one, which is this provider.
            audience: order.audience ?? issuer.text,
            subject: grant?.subject ?? Subject(order.client.id.rawValue),
            clientID: order.client.id,
            expires: tokens.accessTokenExpires,
            issuedAt: order.now,
            jti: tokens.accessToken,
            scope: tokens.scope,
            authTime: grant?.authTime,
            amr: grant?.amr ?? [],
            sid: grant?.sid
        )
        return try key.sign(type: "at+jwt", payload: claims.json)
    }

    /// `auth_time` is always there: some request or registration may make it due (CO-7), and it never changes.
    private func idToken(_ person: IssuedIdentity, _ order: TokenOrder, accessTokenHash: String) -> IDTokenClaims {
        IDTokenClaims(
            issuer: issuer.text,
            subject: person.grant.subject,
            audience: order.client.id,
            expires: order.now + lifetimes.idToken,
            issuedAt: order.now,
            authTime: person.grant.authTime,
            nonce: person.nonce,
            amr: person.grant.amr,
            accessTokenHash: accessTokenHash,
            sid: person.grant.sid,
            additional: person.idTokenClaims
        )
    }
}

/// A fault of ours: a signature is due and no key was loaded.
struct MissingSigningKey: Error {}
