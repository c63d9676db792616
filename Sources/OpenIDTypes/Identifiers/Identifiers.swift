/// A name that is one string on the wire or in the database, and must never be mistaken for another kind of string.
package protocol Identifier: RawRepresentable<String>, Hashable, Sendable, Codable, CustomStringConvertible {
    init(rawValue: String)
}

extension Identifier {
    package init(_ rawValue: String) { self.init(rawValue: rawValue) }
    package var description: String { rawValue }
}

/// An application's `client_id` (RFC 6749 §2.2).
package struct ClientID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// The provider's own key of an account. Clients with public subjects see it as `sub`; it is never reused.
package struct AccountID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// The `sub` that one client knows an account by (OpenID Connect Core §8): public or pairwise.
package struct Subject: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// The provider's own key of a session. It never leaves the provider except to operators; applications see a `SID`.
package struct SessionID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// The `sid` of one session at one application (Front-Channel Logout §3, Back-Channel Logout §2.1).
package struct SID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// One browser, which may hold sessions of several accounts.
package struct UserAgentID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// What one code redemption gave: the family of all its access and refresh tokens.
package struct GrantID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// One logout: the record of one ending, whatever its scope.
package struct LogoutID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// One application that must hear of one logout through one channel.
package struct DeliveryID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// The `kid` of a signing key (RFC 7517 §4.5).
package struct KeyID: Identifier {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}
