package import OpenIDTypes

/// The `claims` parameter (OpenID Connect Core §5.5): which single claims are asked for, and of whom.
package struct ClaimsRequest: Sendable, Hashable {
    /// The request as it came, for the token and userinfo endpoints.
    package let json: JSONValue
    /// `sub` asked for by value, in either member: only that person may be returned (Core §3.1.2.2).
    package let subjects: Set<Subject>?
    /// `acr` is essential and names values (Core §5.5.1.1). None of ours is ever one of them.
    package let requiresAuthenticationClass: Bool

    /// Characters of JSON text; a request for every standard claim with values needs a tenth of it.
    private static let maximumLength = 8_192

    package static func parse(_ text: String) throws(AuthorizationRefusal) -> ClaimsRequest {
        guard text.utf8.count <= maximumLength, let value = try? JSONValue.parse(Array(text.utf8)),
            let root = value.object
        else { throw .claimsMalformed }
        var subjects: Set<Subject>?
        var requiresAuthenticationClass = false
        for name in ["id_token", "userinfo"] {
            guard let member = root[name], member != .null else { continue }
            guard let claims = member.object else { throw .claimsMalformed }
            for (claim, request) in claims.members {
                let values = try values(of: request)
                if claim == "sub", let values {
                    let named = Set(values.map(Subject.init(rawValue:)))
                    subjects = subjects.map { $0.intersection(named) } ?? named
                }
                // Core §5.5.1.1 gives `acr` its meaning in the ID token only.
                if claim == "acr", name == "id_token", values != nil, request["essential"]?.bool == true {
                    requiresAuthenticationClass = true
                }
            }
        }
        return ClaimsRequest(json: value, subjects: subjects, requiresAuthenticationClass: requiresAuthenticationClass)
    }

    /// The scopes that open what is asked for by name: what a person must allow, and a client be registered for.
    package var scopes: [KnownScope] {
        let names = Set(["id_token", "userinfo"].flatMap { json[$0]?.object?.memberNames ?? [] })
        return KnownScope.allCases.filter { $0 != .openid && !names.isDisjoint(with: $0.claims) }
    }

    /// Without the claims of scopes that the client is not registered for: asking by name must not be a way round that.
    package func limited(to registered: Set<String>?) -> ClaimsRequest {
        guard let registered, var root = json.object else { return self }
        let forbidden = Set(
            KnownScope.allCases.filter { $0 != .openid && !registered.contains($0.rawValue) }.flatMap(\.claims))
        for name in ["id_token", "userinfo"] {
            guard let claims = root[name]?.object else { continue }
            root[name] = .object(JSONObject(members: claims.members.filter { !forbidden.contains($0.name) }))
        }
        return ClaimsRequest(
            json: .object(root), subjects: subjects, requiresAuthenticationClass: requiresAuthenticationClass
        )
    }

    /// The strings that `value` or `values` names, nil without either; other JSON types can never match a string claim.
    private static func values(of request: JSONValue) throws(AuthorizationRefusal) -> [String]? {
        if request == .null { return nil }
        guard let members = request.object else { throw .claimsMalformed }
        if let essential = members["essential"], essential.bool == nil { throw .claimsMalformed }
        if let values = members["values"] {
            guard let list = values.array else { throw .claimsMalformed }
            return list.compactMap(\.string)
        }
        return members["value"].map { [$0].compactMap(\.string) }
    }
}
