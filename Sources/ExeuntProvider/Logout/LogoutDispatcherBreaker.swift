package import OpenIDTypes

/// What is known about one application's health: after several failures in a row it is only probed, and everything else
/// for it waits without being tried. A value that is told the time.
package struct LogoutDispatcherBreaker: Sendable, Hashable {
    package enum Verdict: Sendable, Hashable {
        case closed
        /// Down, but one attempt may be made to see.
        case probe
        /// Down; come back then.
        case open(until: Timestamp, since: Timestamp)
        /// It asked for time with `Retry-After`.
        case held(until: Timestamp)
    }

    package private(set) var failures = 0
    /// When it was found to be down.
    package private(set) var openedAt: Timestamp?
    package private(set) var nextProbeAt: Timestamp?
    package private(set) var heldUntil: Timestamp?

    package init() {}

    package var isOpen: Bool { openedAt != nil }
    /// Nothing worth remembering.
    package var isPristine: Bool { failures == 0 && openedAt == nil && heldUntil == nil }

    /// - Parameter chance: from 0 to 1, for the jitter.
    package func verdict(at now: Timestamp, _ settings: DeliverySettings, chance: Double) -> Verdict {
        if let heldUntil, now < heldUntil {
            return .held(until: heldUntil + .milliseconds(Int64(chance * 1000)))
        }
        guard let openedAt else { return .closed }
        if let nextProbeAt, now >= nextProbeAt { return .probe }
        // The longer it has been down, the less often its deliveries are looked at; its first success fetches them all.
        let down = (now - openedAt).milliseconds
        let wait = min(max(down, settings.breakerProbe.milliseconds), settings.maximumRetry.milliseconds)
        return .open(until: now + .milliseconds(Int64(Double(wait) * (0.75 + 0.5 * chance))), since: openedAt)
    }

    /// A probe is under way: no second one.
    package mutating func beginProbe(at now: Timestamp, _ settings: DeliverySettings) {
        guard let openedAt else { return }
        nextProbeAt = now + Self.probeInterval(downFor: now - openedAt, settings)
    }

    /// Every 30 s in the first half hour, then more rarely, but never less than every five minutes: an application that
    /// returns is told soon, whatever its deliveries' own back-off has grown to.
    package static func probeInterval(downFor down: Duration, _ settings: DeliverySettings) -> Duration {
        max(settings.breakerProbe, min(.milliseconds(down.milliseconds / 60), .seconds(300)))
    }

    /// It answered. True if it had been down: everything that waits for it is due now.
    package mutating func succeeded() -> Bool {
        defer { self = LogoutDispatcherBreaker() }
        return isOpen
    }

    /// It failed. True if this was the failure that opened it.
    package mutating func failed(at now: Timestamp, retryAfter: Duration?, _ settings: DeliverySettings) -> Bool {
        failures += 1
        if let retryAfter, retryAfter > .zero { heldUntil = now + min(retryAfter, settings.maximumRetry) }
        guard let openedAt else {
            guard failures >= settings.breakerThreshold else { return false }
            openedAt = now
            nextProbeAt = now + settings.breakerProbe
            return true
        }
        nextProbeAt = max(nextProbeAt ?? now, now + Self.probeInterval(downFor: now - openedAt, settings))
        return false
    }
}
