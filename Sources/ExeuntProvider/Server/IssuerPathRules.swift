/// Where things are under an issuer that has a path.
package enum IssuerPathRules {
    /// The path that endpoints are mounted at, with the query; nil for one that is not the issuer's.
    ///
    /// Discovery §4.1 appends the well-known path to the issuer; RFC 8414 §3.1 puts it in front of the issuer's path.
    package static func inner(_ path: String, issuerPath: String) -> String? {
        let end = path.firstIndex(of: "?") ?? path.endIndex
        let (place, query) = (path[..<end], path[end...])
        let metadata = "/.well-known/oauth-authorization-server"
        if place == metadata + issuerPath { return metadata + query }
        guard place.hasPrefix(issuerPath) else { return nil }
        let rest = place.dropFirst(issuerPath.count)
        if rest.isEmpty { return "/" + query }
        return rest.hasPrefix("/") ? String(rest + query) : nil
    }
}
