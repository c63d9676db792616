#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A moment in milliseconds since 1970, UTC: what the database stores and what rules compare.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    /// From a `NumericDate` (RFC 7519 §2), in seconds.
    package init(seconds: Int64) { self.milliseconds = seconds * 1000 }

    /// The `NumericDate` (RFC 7519 §2) of this moment, rounded down.
    package var seconds: Int64 { milliseconds / 1000 }

    package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }
    package static func + (t: Self, d: Duration) -> Self { Self(milliseconds: t.milliseconds + d.milliseconds) }
    package static func - (t: Self, d: Duration) -> Self { Self(milliseconds: t.milliseconds - d.milliseconds) }
    package static func - (a: Self, b: Self) -> Duration { .milliseconds(a.milliseconds - b.milliseconds) }

    /// RFC 3339 in UTC with seconds, for people and JSON output.
    package var iso8601: String { Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601) }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero.
    package var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

/// Where "now" comes from. Rules never ask for it; they are told.
package protocol WallClock: Sendable {
    var now: Timestamp { get }
}

/// The machine's clock.
package struct SystemClock: WallClock {
    package init() {}
    package var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}
