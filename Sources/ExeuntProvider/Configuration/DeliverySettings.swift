/// How logout tokens are delivered: retries, limits and the breaker.
package struct DeliverySettings: Sendable, Hashable {
    /// The pause after the first failed attempt; it doubles, with jitter, up to `maximumRetry`.
    package var firstRetry: Duration = .seconds(1)
    package var maximumRetry: Duration = .seconds(3600)
    /// After this long without success a delivery is abandoned, visibly.
    package var horizon: Duration = .seconds(72 * 3600)
    /// From resolving the name to the last byte of the answer.
    package var attemptDeadline: Duration = .seconds(10)
    /// The `exp` of a logout token (Back-Channel Logout §2.4 recommends two minutes at most).
    package var tokenLifetime: Duration = .seconds(120)
    /// Attempts under way at once to one application.
    package var perClient = 8
    /// Attempts under way at once to one origin, of which hanging ones may use at most half.
    package var perOrigin = 256
    /// Deliveries claimed from the database at once.
    package var batch = 1024
    /// How long a browser waits for the first attempts and frames together.
    package var browserWait: Duration = .seconds(2)
    /// Failures in a row after which an application is only probed.
    package var breakerThreshold = 5
    package var breakerProbe: Duration = .seconds(30)

    package init() {}
}
