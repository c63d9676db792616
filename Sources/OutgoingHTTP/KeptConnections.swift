/// How many idle connections the client keeps, and for how long. A fan-out of many requests onto one origin needs a
/// handshake per connection, not per request; beyond that, keeping is a burden on both sides.
package struct KeptConnections: Sendable, Hashable {
    /// Idle connections per origin and address; zero closes every connection after its answer.
    package var maximumPerOrigin: Int
    /// Idle connections altogether.
    package var maximumTotal: Int
    /// How long a connection may be idle. Shorter than servers' usual limits, so that it is rarely stale.
    package var idle: Duration

    package init(maximumPerOrigin: Int = 64, maximumTotal: Int = 256, idle: Duration = .seconds(5)) {
        self.maximumPerOrigin = maximumPerOrigin
        self.maximumTotal = maximumTotal
        self.idle = idle
    }
}
