#if canImport(FoundationEssentials)
import FoundationEssentials
#endif
package import OpenIDTypes

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
package enum RetryAfter {
    package static func parse(_ text: String?, at now: Timestamp) -> Duration? {
        guard let text else { return nil }
        let trimmed = text.trimmingPrefix { $0 == " " }
        if let seconds = Int64(trimmed), seconds >= 0, seconds <= 1_000_000_000 { return .seconds(seconds) }
        guard let date = try? Date(String(trimmed), strategy: .http) else { return nil }
        let wait = Timestamp(milliseconds: Int64(date.timeIntervalSince1970 * 1000)) - now
        return wait > .zero ? wait : nil
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
