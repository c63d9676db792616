package import OpenIDTypes

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
package enum RetryAfter {
    package static func parse(_ text: String?, at now: Timestamp) -> Duration? {
        guard let text else { return nil }
        if let seconds = Int64(text), seconds >= 0, seconds <= 1_000_000_000 { return .seconds(seconds) }
        guard let wait = date(text).map({ $0 - now }), wait > .zero else { return nil }
        return wait
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the only form that may be sent (RFC 9110 §5.6.7).
    private static func date(_ text: String) -> Timestamp? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.split { $0 == " " || $0 == ":" }
        // The application chooses these numbers: only as many digits as a date has, or the arithmetic would overflow.
        guard text.utf8.count == 29, parts.count == 8, parts[7] == "GMT", let day = number(parts[1], 2, upTo: 31),
            let month = months.firstIndex(where: { $0 == parts[2] }), let year = number(parts[3], 4, upTo: 9999),
            let hour = number(parts[4], 2, upTo: 23), let minute = number(parts[5], 2, upTo: 59),
            let second = number(parts[6], 2, upTo: 60)
        else { return nil }
        // Days since 1970 in the Gregorian calendar, with years that begin in March.
        let (y, m) = month < 2 ? (year - 1, Int64(month) + 10) : (year, Int64(month) - 2)
        let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 719_469
        return Timestamp(seconds: ((days * 24 + hour) * 60 + minute) * 60 + second)
    }

    private static func number(_ text: Substring, _ digits: Int, upTo most: Int64) -> Int64? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text).flatMap { $0 <= most ? $0 : nil }
    }
}

/// The body of a 400 (Back-Channel Logout §2.8). Only a plain code is taken from it: the rest is the application's text,
/// and might repeat the token.
package enum LogoutErrorBody {
    package static func code(in body: [UInt8]) -> String? {
        guard body.count <= 4096, let value = try? JSONValue.parse(body), let code = value["error"]?.string,
            (1...40).contains(code.utf8.count),
            code.utf8.allSatisfy({ (0x61...0x7a).contains($0) || $0 == 0x5f })
        else { return nil }
        return code
    }
}
