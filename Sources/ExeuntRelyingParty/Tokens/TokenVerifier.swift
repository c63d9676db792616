import ForeignKeys
import OpenIDTypes

/// Decides whether a token is the provider's and meant for this application: type and signature here, claims by
/// ``TokenRules``.
struct TokenVerifier: Sendable {
    /// Core §3.1.3.7: signed with a key of the provider. `none` and the client's own secret are not on the list.
    static let allowed: [SigningAlgorithm] = [.rs256, .es256, .edDSA]

    let issuer: String
    let clientID: String
    let directory: ProviderDirectory
    let clock: any WallClock

    /// Core §3.1.3.7, for a token that came straight from the token endpoint.
    func idToken(_ token: String, nonce: String) async throws -> JSONValue {
        let claims = try await verified(token, types: [nil, "jwt"])
        try TokenRules.checkIDToken(claims, issuer: issuer, clientID: clientID, nonce: nonce, now: clock.now)
        return claims
    }

    /// Back-Channel Logout §2.6, steps 1 to 7. Replay (step 8) is the session store's.
    func logoutToken(_ token: String) async throws -> LogoutNotice {
        // §2.4: `typ` is recommended, not required; a token that declares another type is refused.
        let claims = try await verified(token, types: [nil, "jwt", "logout+jwt"])
        return try TokenRules.logoutNotice(claims, issuer: issuer, clientID: clientID, now: clock.now)
    }

    private func verified(_ token: String, types: [String?]) async throws -> JSONValue {
        guard let parsed = try? CompactJWS.parse(token) else { throw RelyingPartyError(.token, "not a signed token") }
        guard types.contains(parsed.type) else { throw RelyingPartyError(.token, "a token of another type") }
        // Judged before the keys are asked for, so that such a token never causes a request.
        guard let algorithm = parsed.algorithm.flatMap(SigningAlgorithm.init(rawValue:)),
            Self.allowed.contains(algorithm)
        else { throw RelyingPartyError(.token, "a token signed by an algorithm that is not accepted") }
        let keys = try await directory.keys(containing: parsed.keyID)
        guard let claims = try await ForeignKeySet.verify(parsed, keys: keys, allowed: Self.allowed) else {
            throw RelyingPartyError(.token, "the signature is not the provider's")
        }
        return claims
    }
}
