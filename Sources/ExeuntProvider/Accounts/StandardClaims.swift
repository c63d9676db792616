package import OpenIDTypes

/// The claims that an account may have: those of Core §5.1, and `groups`. A misspelt name or a value of the wrong type is
/// found when it is written, not by an application that fails on it.
package enum StandardClaims {
    /// What a claim's value must be.
    enum Kind {
        case text
        case email
        case webAddress
        case flag
        case birthdate
        case seconds
        case address
        case texts
    }

    /// In the order of Core §5.1. `sub` is not among them: it is the provider's.
    static let kinds: [(name: String, kind: Kind)] = [
        ("name", .text), ("given_name", .text), ("family_name", .text), ("middle_name", .text), ("nickname", .text),
        ("preferred_username", .text), ("profile", .webAddress), ("picture", .webAddress), ("website", .webAddress),
        ("email", .email), ("email_verified", .flag), ("gender", .text), ("birthdate", .birthdate),
        ("zoneinfo", .text), ("locale", .text), ("phone_number", .text), ("phone_number_verified", .flag),
        ("address", .address), ("updated_at", .seconds), ("groups", .texts),
    ]

    /// Core §5.1.1.
    static let addressMembers = ["formatted", "street_address", "locality", "region", "postal_code", "country"]

    /// No value is longer, and there are no more groups: every token that carries them has to fit into a header.
    static let maximumLength = 2048
    static let maximumGroups = 256

    /// Every problem of these claims, each a sentence naming the claim; none if they may be stored.
    package static func problems(of claims: JSONObject) -> [String] {
        claims.members.flatMap { name, value in
            guard let kind = kinds.first(where: { $0.name == name })?.kind else {
                return [
                    "\(name) is not a standard claim" + SettingSuggestion.phrase(for: name, among: kinds.map(\.name))
                ]
            }
            return problems(name, value, kind)
        }
    }

    private static func problems(_ name: String, _ value: JSONValue, _ kind: Kind) -> [String] {
        switch kind {
        case .text: isText(value) ? [] : ["\(name) must be a text of 1 to \(maximumLength) characters"]
        case .email: isEmail(value) ? [] : ["\(name) must be an email address"]
        case .webAddress: isWebAddress(value) ? [] : ["\(name) must be an http or https address"]
        case .flag: value.bool != nil ? [] : ["\(name) must be true or false"]
        case .birthdate: isBirthdate(value) ? [] : ["\(name) must be YYYY-MM-DD, 0000-MM-DD or YYYY"]
        case .seconds: isMoment(value) ? [] : ["\(name) must be a number of seconds since 1970"]
        case .address: addressProblems(name, value)
        case .texts: isGroups(value) ? [] : ["\(name) must be an array of at most \(maximumGroups) different texts"]
        }
    }

    private static func isText(_ value: JSONValue) -> Bool {
        guard let text = value.string else { return false }
        return !text.isEmpty && text.utf8.count <= maximumLength && !text.utf8.contains(0)
    }

    private static func isEmail(_ value: JSONValue) -> Bool {
        guard isText(value), let text = value.string, let at = text.lastIndex(of: "@") else { return false }
        let (local, domain) = (text[..<at], text[text.index(after: at)...])
        return !local.isEmpty && !domain.isEmpty && text.utf8.count <= 254
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f }
    }

    private static func isWebAddress(_ value: JSONValue) -> Bool {
        guard isText(value), let text = value.string else { return false }
        let hasScheme = ["https://", "http://"].contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
        return hasScheme && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }

    private static func isBirthdate(_ value: JSONValue) -> Bool {
        guard let text = value.string else { return false }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.map { part in part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil }
        guard parts.first?.count == 4, let year = numbers.first.flatMap({ $0 }) else { return false }
        if parts.count == 1 { return year > 0 }
        guard parts.count == 3, parts[1].count == 2, parts[2].count == 2, let month = numbers[1], let day = numbers[2]
        else { return false }
        let isLeap = year == 0 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && (1...days[month - 1]).contains(day)
    }

    private static func isMoment(_ value: JSONValue) -> Bool {
        // Up to the year 9999: more are milliseconds by mistake.
        value.int.map { (0...253_402_300_799).contains($0) } ?? false
    }

    private static func isGroups(_ value: JSONValue) -> Bool {
        guard let groups = value.strings else { return false }
        return groups.count <= maximumGroups && Set(groups).count == groups.count
            && groups.allSatisfy { isText(.string($0)) && $0.utf8.count <= 256 }
    }

    private static func addressProblems(_ name: String, _ value: JSONValue) -> [String] {
        guard let object = value.object, !object.isEmpty else { return ["\(name) must be an object (Core §5.1.1)"] }
        return object.members.compactMap { member, value in
            guard addressMembers.contains(member) else {
                return "\(name).\(member) is not a member of an address"
                    + SettingSuggestion.phrase(for: member, among: addressMembers)
            }
            return isText(value) ? nil : "\(name).\(member) must be a text of 1 to \(maximumLength) characters"
        }
    }
}
