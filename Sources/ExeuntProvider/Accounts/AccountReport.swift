package import OpenIDTypes

/// An account as commands show it: everything but the password's hash.
package enum AccountReport {
    package static func json(_ account: Account) -> JSONValue {
        .object([
            "id": .string(account.id.rawValue),
            "username": .string(account.username),
            "status": .string(account.status.rawValue),
            "has_password": .bool(account.passwordHash != nil),
            "claims": .object(account.claims),
            "created_at": .string(account.createdAt.iso8601),
            "updated_at": .string(account.updatedAt.iso8601),
        ])
    }
}
