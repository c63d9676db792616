/// The scopes that mean something to this provider (Core §5.4, §11), and the claims that each one opens.
package enum KnownScope: String, Sendable, Hashable, CaseIterable {
    case openid
    case profile
    case email
    case address
    case phone
    case offlineAccess = "offline_access"
    case groups

    package var claims: [String] {
        switch self {
        case .openid: ["sub"]
        case .profile:
            [
                "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
                "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
            ]
        case .email: ["email", "email_verified"]
        case .address: ["address"]
        case .phone: ["phone_number", "phone_number_verified"]
        case .offlineAccess: []
        case .groups: ["groups"]
        }
    }
}

/// Questions about all known scopes.
package enum KnownScopes {
    package static let all: [String] = KnownScope.allCases.map(\.rawValue)

    /// Every claim about the person that some scope opens.
    package static let claims: [String] = KnownScope.allCases.flatMap(\.claims)

    package static func isKnown(_ scope: String) -> Bool { KnownScope(rawValue: scope) != nil }

    /// The claims that these scopes open (Core §5.4).
    package static func claims(for scopes: some Sequence<String>) -> Set<String> {
        Set(scopes.compactMap(KnownScope.init(rawValue:)).flatMap(\.claims))
    }

    /// RFC 6749 §3.3: a scope token is one or more of %x21 / %x23-5B / %x5D-7E.
    package static func isLegal(_ scope: String) -> Bool {
        !scope.isEmpty && scope.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
    }
}
