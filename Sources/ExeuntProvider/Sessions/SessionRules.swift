package import OpenIDTypes

/// When a session ends by itself.
package enum SessionRules {
    /// The earlier of the idle and the absolute end.
    package static func deadline(lastActive: Timestamp, expires: Timestamp, idle: Duration) -> Timestamp {
        min(lastActive + idle, expires)
    }

    /// Which of the two ends has come at `deadline`.
    package static func expiredAbsolutely(deadline: Timestamp, expires: Timestamp) -> Bool { deadline >= expires }

    /// What browsers and proxies say about themselves is kept for people to read, never longer than this.
    package static func bounded(_ text: String, to limit: Int = 256) -> String {
        let printable = text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }
        var kept = String.UnicodeScalarView()
        for scalar in printable.prefix(limit) { kept.append(scalar) }
        return String(kept)
    }
}
