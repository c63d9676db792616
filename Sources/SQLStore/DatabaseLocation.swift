/// Where the database is: what `--database` says.
package enum DatabaseLocation: Sendable, Hashable {
    case memory
    case sqlite(path: String)
    case postgres(url: String)

    /// `sqlite:PATH`, `sqlite::memory:`, `postgres://…` or `postgresql://…`; throws ``SQLError/badLocation(_:)``.
    package init(_ text: String) throws {
        if text == "sqlite::memory:" {
            self = .memory
        } else if text.hasPrefix("sqlite:") {
            let path = String(text.dropFirst("sqlite:".count))
            guard !path.isEmpty, !path.hasSuffix("/"), !path.utf8.contains(0) else {
                throw SQLError.badLocation("sqlite: needs the path of a file")
            }
            self = .sqlite(path: path)
        } else if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            _ = try PostgresAddress(text)
            self = .postgres(url: text)
        } else {
            // The text is not repeated: a password may be in it.
            throw SQLError.badLocation("it must begin with sqlite:, postgres:// or postgresql://")
        }
    }

    /// For messages and logs: never with a password.
    package var redactedDescription: String {
        switch self {
        case .memory: "sqlite::memory:"
        case .sqlite(let path): "sqlite:\(path)"
        case .postgres(let url): (try? PostgresAddress(url))?.description ?? "postgres://…"
        }
    }
}
