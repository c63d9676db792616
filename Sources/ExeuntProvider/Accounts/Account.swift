package import OpenIDTypes

/// Whether an account may sign in.
package enum AccountStatus: String, Sendable, Hashable, CaseIterable {
    case active
    case disabled
    /// A tombstone: the username is free again, the id is never reused, everything personal is erased.
    case deleted
}

/// A person who can sign in.
package struct Account: Sendable, Hashable {
    /// Never reused, not even after the account is deleted (Core §2 `sub`: never reassigned).
    package let id: AccountID
    /// As the operator wrote it; ``Username/key`` decides which names are the same.
    package let username: String
    package let status: AccountStatus
    /// Standard claims (Core §5.1) and `groups`; validated when they were written.
    package let claims: JSONObject
    /// A PHC string, or nil if the account cannot sign in with a password.
    package let passwordHash: String?
    package let createdAt: Timestamp
    package let updatedAt: Timestamp

    package init(
        id: AccountID,
        username: String,
        status: AccountStatus,
        claims: JSONObject,
        passwordHash: String?,
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.username = username
        self.status = status
        self.claims = claims
        self.passwordHash = passwordHash
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// The same account with a hash of the same password at another cost.
    func with(passwordHash: String?) -> Account {
        Account(
            id: id, username: username, status: status, claims: claims, passwordHash: passwordHash,
            createdAt: createdAt,
            updatedAt: updatedAt
        )
    }

    package var isActive: Bool { status == .active }

    /// What pages and receipts call the person.
    package var displayName: String { claims["name"]?.string ?? username }
}
