internal import CLibPQ

/// A `postgres://` address taken apart by libpq itself.
struct PostgresAddress: Sendable {
    private let values: [String: String]

    /// Throws ``SQLError/badLocation(_:)``. libpq's own message is not passed on: it repeats the address, password
    /// included.
    init(_ url: String) throws {
        guard let options = PQconninfoParse(url, nil) else {
            throw SQLError.badLocation("not a valid postgres:// address (user, password and host percent-encoded?)")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                values[String(cString: keyword)] = String(cString: value)
            }
            option += 1
        }
        self.values = values
    }

    /// Where, without secrets.
    var description: String {
        let user = values["user"].map { "\($0)@" } ?? ""
        let host = values["host"] ?? values["hostaddr"] ?? "localhost"
        let port = values["port"].map { ":\($0)" } ?? ""
        return "postgres://\(user)\(host)\(port)/\(values["dbname"] ?? "")"
    }

    /// The message without the password, should it ever be in there.
    func redacted(_ message: String) -> String {
        guard let password = values["password"], !password.isEmpty else { return message }
        return message.split(separator: password, omittingEmptySubsequences: false).joined(separator: "…")
    }
}
