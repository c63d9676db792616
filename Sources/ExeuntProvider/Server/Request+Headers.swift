import HTTPTypes
package import Hummingbird

/// The value of one cookie. Two cookies of one name mean that somebody tossed one in from a sibling domain, and
/// nobody can say which is ours, so that `several` is treated as none.
package enum CookieValue: Sendable, Equatable {
    case none
    case one(String)
    case several

    /// The value, if it is certain.
    package var single: String? {
        if case .one(let value) = self { value } else { nil }
    }
}

extension Request {
    /// The cookie called `name`, compared byte by byte.
    package func cookie(_ name: String) -> CookieValue {
        var found: CookieValue = .none
        for header in headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, parts[0].trimmingBlanks == name else { continue }
                guard found == .none else { return .several }
                found = .one(String(parts[1].trimmingBlanks))
            }
        }
        return found
    }

    /// Whether a browser fetched this ahead of time, without the person having asked for it. Such a request
    /// must have no effect.
    package var isPrefetch: Bool {
        for name in Self.purposeHeaders {
            for value in headers[values: name] where value.lowercased().contains("prefetch") { return true }
        }
        return false
    }

    /// The token of `Authorization: Bearer` (RFC 6750 §2.1); nil if there is none, or more than one such header.
    package var bearerToken: String? {
        let values = headers[values: .authorization]
        guard values.count == 1 else { return nil }
        let parts = values[0].split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let token = parts[1].trimmingBlanks
        return token.isEmpty ? nil : String(token)
    }

    /// What the browser calls itself, cut to 512 characters: it is stored with sessions.
    package var agent: String { String((headers[.userAgent] ?? "").prefix(512)) }

    private static let purposeHeaders = ["Sec-Purpose", "Purpose", "X-Moz", "X-Purpose"].compactMap {
        HTTPField.Name($0)
    }
}

extension Substring {
    /// Without the spaces and tabs around it (RFC 9110 §5.6.3, optional white space).
    var trimmingBlanks: Substring {
        var rest = self
        while let first = rest.first, first == " " || first == "\t" { rest = rest.dropFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest = rest.dropLast() }
        return rest
    }
}
