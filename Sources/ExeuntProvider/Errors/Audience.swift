/// Who reads an error: a person in front of a browser, or a program.
package enum Audience: Sendable, Hashable {
    case browser
    case program

    /// By the path alone: an application must be able to rely on JSON, whatever it says that it accepts.
    package static func of(path: String) -> Audience {
        let isProgram =
            programs.contains(path) || path.hasPrefix("/.well-known/") || path.hasPrefix("/health/")
            || path.hasPrefix("/assets/")
        return isProgram ? .program : .browser
    }

    private static let programs: Set<String> = [
        "/oidc/jwks", "/oidc/token", "/oidc/userinfo", "/oidc/introspect", "/oidc/revoke",
    ]
}
