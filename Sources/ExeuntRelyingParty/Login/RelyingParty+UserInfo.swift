import HTTPTypes
import OpenIDTypes
import OutgoingHTTP

extension RelyingParty {
    /// The ID token's claims with those that the provider gives away at its UserInfo endpoint (Core §5.3): with a code,
    /// `profile`, `email`, `address` and `phone` are answered there (Core §5.4).
    ///
    /// What the ID token says wins: it was signed for this login.
    func withUserInfo(_ claims: JSONValue, accessToken: String) async throws -> JSONValue {
        guard configuration.scopes.count > 1, let address = try await directory.endpoints().userInfo else {
            return claims
        }
        let answer: JSONValue
        do {
            let request = OutgoingRequest(
                method: .get,
                url: try OutgoingURL(address),
                headers: [.authorization: "Bearer " + accessToken, .accept: "application/json"]
            )
            let response = try await client.send(request)
            guard response.status == 200, !response.bodyTruncated else {
                throw RelyingPartyError(.provider, "\(address) answered \(response.status)")
            }
            answer = try JSONValue.parse(response.body)
        } catch {
            throw RelyingPartyError(provider: error, at: address)
        }
        // Core §5.3.2: the access token may have been swapped for somebody else's.
        guard let more = answer.object, answer["sub"] == claims["sub"] else {
            throw RelyingPartyError(.token, "the UserInfo endpoint speaks of somebody else")
        }
        return .object(more.merging(claims.object ?? [:]))
    }
}
