import HTTPTypes
import Hummingbird

/// The application's two cookies: the login under way, and the session.
struct ApplicationCookies: Sendable {
    enum Name: String {
        case login = "app-login"
        case session = "app-session"
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
        return found.count == 1 ? String(found[0].dropFirst(prefix.count)) : nil
    }

    // Lax: the browser comes back from the provider by a cross-site navigation and must bring them.
    func set(_ name: Name, _ value: String) -> String {
        "\(self.name(name))=\(value); Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
    }

    func expire(_ name: Name) -> String { set(name, "") + "; Max-Age=0" }
}
