/// What is wrong with a member of a registration.
package enum RegistrationProblem: String, Sendable, Hashable, CaseIterable {
    case notAnObject = "not-an-object"
    case wrongType = "wrong-type"
    case missing
    case unknownMember = "unknown-member"
    case tooLong = "too-long"
    case tooMany = "too-many"
    case duplicate
    case forbiddenCharacter = "forbidden-character"
    case unsupportedValue = "unsupported-value"
    case notSupported = "not-supported"
    case conflict
    case malformedURI = "malformed-uri"
    case wildcard
    case userinfo
    case fragment
    case dangerousScheme = "dangerous-scheme"
    case schemeNotAllowed = "scheme-not-allowed"
    case httpNotAllowed = "http-not-allowed"
    case issuerOrigin = "issuer-origin"
    case foreignOrigin = "foreign-origin"
    case addressRefused = "address-refused"
    case privateKey = "private-key"
    case pairwiseSector = "pairwise-sector"
    case taken

    package var text: String {
        switch self {
        case .notAnObject: "must be a JSON object"
        case .wrongType: "has a value of the wrong type"
        case .missing: "is missing"
        case .unknownMember: "is not a member that this provider knows"
        case .tooLong: "is too long"
        case .tooMany: "has too many entries"
        case .duplicate: "has the same entry twice"
        case .forbiddenCharacter: "has a character that is not allowed"
        case .unsupportedValue: "has a value that this provider does not support"
        case .notSupported: "asks for something that this provider does not do"
        case .conflict: "contradicts another member"
        case .malformedURI: "is not an absolute address"
        case .wildcard: "has a wildcard, and addresses are only ever compared exactly"
        case .userinfo: "has a user name in the address"
        case .fragment: "has a fragment"
        case .dangerousScheme: "has a scheme that is never allowed"
        case .schemeNotAllowed: "has a scheme that this application type may not use"
        case .httpNotAllowed: "must be https"
        case .issuerOrigin: "is an address of the provider itself"
        case .foreignOrigin: "must have the scheme, host and port of a registered redirect URI"
        case .addressRefused: "is an address that this provider does not send to"
        case .privateKey: "has a private or symmetric key in it"
        case .pairwiseSector: "needs redirect URIs of exactly one host for pairwise subjects"
        case .taken: "is already taken"
        }
    }

    package var section: String {
        switch self {
        case .fragment: "RFC 6749 §3.1.2"
        case .schemeNotAllowed, .httpNotAllowed: "Registration §2"
        case .dangerousScheme, .wildcard: "RFC 9700 §4.1.3"
        case .foreignOrigin, .issuerOrigin: "Front-Channel Logout §2"
        case .addressRefused: "Back-Channel Logout §2.2"
        case .pairwiseSector: "Core §8.1"
        default: "RFC 7591 §2"
        }
    }
}

/// One problem of one member.
package struct RegistrationRefusal: Refusal, Hashable {
    /// The member's name, and for a list the entry's position: `redirect_uris[2]`.
    package let member: String
    package let problem: RegistrationProblem
    /// What would be right, if that is short.
    package let hint: String?

    package init(member: String, problem: RegistrationProblem, hint: String? = nil) {
        self.member = member
        self.problem = problem
        self.hint = hint
    }

    package var id: String { "registration-\(problem.rawValue)" }
    package var code: OAuthErrorCode {
        member.hasPrefix("redirect_uris") ? .invalidRedirectURI : .invalidClientMetadata
    }
    package var publicText: String { "\(member) \(problem.text)\(hint.map { " (\($0))" } ?? "")." }
    package var section: String { problem.section }
}

/// Everything that is wrong with a registration; never empty. All or nothing: nothing was written.
package struct RegistrationRefusals: Refusal, Hashable {
    package let refusals: [RegistrationRefusal]

    package init(_ refusals: [RegistrationRefusal]) { self.refusals = refusals }
    package init(_ member: String, _ problem: RegistrationProblem, hint: String? = nil) {
        refusals = [RegistrationRefusal(member: member, problem: problem, hint: hint)]
    }

    package var id: String { refusals.first?.id ?? "registration" }
    package var code: OAuthErrorCode {
        refusals.contains { $0.code == .invalidRedirectURI } ? .invalidRedirectURI : .invalidClientMetadata
    }
    package var publicText: String { refusals.map(\.publicText).joined(separator: " ") }
    package var section: String { refusals.first?.section ?? "RFC 7591 §2" }
}
