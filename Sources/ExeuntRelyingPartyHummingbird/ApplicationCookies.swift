import HTTPTypes
import Hummingbird

/// The application's cookies: the login under way, the session, and the logout under way.
struct ApplicationCookies: Sendable {
    enum Name: String {
        case login = "app-login"
        case session = "app-session"
        case logout = "app-logout"
    }

    let isSecure: Bool

    private func name(_ name: Name) -> String { isSecure ? "__Host-\(name.rawValue)" : name.rawValue }

    /// Nil when the cookie is missing or came twice: somebody tossed one in.
    func read(_ name: Name, from request: Request) -> String? {
        let prefix = self.name(name) + "="
        let found = request.headers[values: .cookie]
            .flatMap { $0.split(separator: ";") }
            .map { $0.drop { $0 == " " } }
            .filter { $0.hasPrefix(prefix) }
        guard found.count == 1 else { return nil }
        let value = String(found[0].dropFirst(prefix.count))
        return value.isEmpty ? nil : value
    }

    // Lax: the browser comes back from the provider by a cross-site navigation and must bring them.
    func set(_ name: Name, _ value: String, maximumAge: Int? = nil) -> String {
        let age = maximumAge.map { "; Max-Age=\($0)" } ?? ""
        return "\(self.name(name))=\(value); Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "") + age
    }

    func expire(_ name: Name) -> String { set(name, "", maximumAge: 0) }
}
