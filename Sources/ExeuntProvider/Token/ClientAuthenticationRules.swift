package import OpenIDTypes

/// Whether a client is who it says (RFC 6749 §2.3): exactly the registered method, nothing weaker, nothing beside it.
package enum ClientAuthenticationRules {
    package enum Verdict: Sendable {
        case proven
        /// The client's key must verify the assertion first.
        case needsKey(CompactJWS)
    }

    /// - Parameters:
    ///   - client: the registered client of that id, if there is one.
    ///   - secretMatches: whether the secret shown is the client's; compared in constant time.
    package static func judge(
        _ credentials: ClientCredentials, registered method: ClientAuthenticationMethod?, secretMatches: Bool
    ) throws(ClientAuthenticationRefusal) -> Verdict {
        guard let method else { throw .clientUnknown }
        guard credentials.method == method else { throw .methodNotRegistered }
        switch credentials {
        case .none: return .proven
        case .basic, .post:
            guard secretMatches else { throw .secretWrong }
            return .proven
        case .assertion(_, let jws):
            // A token of another kind is no assertion, whoever signed it (A-33, RFC 8725 §3.11).
            guard [nil, "jwt", "client-authentication+jwt"].contains(jws.type) else { throw .assertionMalformed }
            return .needsKey(jws)
        }
    }

    /// How long an assertion may still live; bounds what must be remembered of spent ones.
    package static let longestAssertion: Duration = .seconds(600)
    /// How far the client's clock may be off.
    package static let skew: Duration = .seconds(60)

    /// What is left to check once the signature holds (RFC 7523 §3).
    package static func checkAssertion(
        _ claims: JSONValue, client: ClientID, audiences: [String], now: Timestamp
    ) throws(ClientAuthenticationRefusal) -> (jti: String, expires: Timestamp) {
        guard claims["iss"]?.string == client.rawValue, claims["sub"]?.string == client.rawValue else {
            throw .assertionNotForClient
        }
        // One audience: with several, another of them could replay it here.
        let named = claims["aud"]?.string.map { [$0] } ?? claims["aud"]?.strings ?? []
        guard named.count == 1, audiences.contains(named[0]) else { throw .assertionAudienceWrong }
        guard let jti = claims["jti"]?.string, !jti.isEmpty, jti.utf8.count <= 512 else { throw .assertionMalformed }
        guard let expires = try moment("exp", of: claims), expires + skew > now else { throw .assertionExpired }
        guard expires <= now + longestAssertion + skew else { throw .assertionLivesTooLong }
        for name in ["iat", "nbf"] {
            guard let start = try moment(name, of: claims) else { continue }
            guard start <= now + skew else { throw .assertionExpired }
        }
        return (jti, expires + skew)
    }

    /// A `NumericDate`, fractions dropped; nil if absent.
    private static func moment(
        _ name: String, of claims: JSONValue
    ) throws(ClientAuthenticationRefusal) -> Timestamp? {
        guard let value = claims[name] else { return nil }
        // Beyond this, milliseconds would overflow.
        guard let number = value.number, number >= 0, number < 1e15 else { throw .assertionMalformed }
        return Timestamp(seconds: Int64(number))
    }
}
