package import OpenIDTypes

/// Which claims about a person one answer holds (Core §5.4, §5.5).
package enum ClaimsRules {
    /// The claims of `account` that the scopes open or the request names, without `sub`.
    ///
    /// - Parameters:
    ///   - scopes: the granted ones; for an ID token of the code flow none, because its claims come from UserInfo (§5.4).
    ///   - claimsRequest: the `userinfo` or the `id_token` member of the `claims` parameter (§5.5), whichever this answer is.
    ///     A claim that we do not have is left out: essential or not, its absence is not an error (§5.5.1).
    package static func claims(
        for account: Account,
        scopes: Set<String>,
        claimsRequest: JSONValue? = nil
    ) -> JSONObject {
        var wanted = KnownScopes.claims(for: scopes)
        for (name, request) in claimsRequest?.object?.members ?? [] where isWellFormed(request) {
            wanted.insert(name)
        }
        let available = available(account)
        var result = JSONObject()
        for (name, _) in StandardClaims.kinds where wanted.contains(name) {
            result[name] = available[name]
        }
        return result
    }

    /// What is stored, and what follows from the account itself.
    private static func available(_ account: Account) -> JSONObject {
        var claims = account.claims
        if claims["preferred_username"] == nil { claims["preferred_username"] = .string(account.username) }
        if claims["updated_at"] == nil { claims["updated_at"] = .integer(account.updatedAt.seconds) }
        return claims
    }

    /// Core §5.5.1: null, or an object; anything else asks for nothing.
    private static func isWellFormed(_ request: JSONValue) -> Bool {
        request == .null || request.object != nil
    }
}
