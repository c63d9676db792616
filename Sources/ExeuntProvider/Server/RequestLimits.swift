package import NIOCore

/// The bounds of one request and one connection. Everything beyond them is refused before any rule sees it.
package enum RequestLimits {
    /// Bytes of a request's body. The largest honest one is an authorization request sent as a form.
    package static let body = 64 * 1024
    /// Bytes of all header fields together, the request line's query among them (NIO counts it separately).
    package static let headers = 32 * 1024
    /// Number of header fields.
    package static let headerCount = 100
    /// How long a connection may be silent. Hummingbird's default is for ever.
    package static let idle: TimeAmount = .seconds(30)
    /// How long one request may take. It is shorter than `drain`, so that a draining server can wait for all of them.
    package static let deadline: Duration = .seconds(15)
    /// How long a stopping server waits: for the requests in flight, then for the deliveries in flight.
    package static let drain: Duration = .seconds(30)
}
