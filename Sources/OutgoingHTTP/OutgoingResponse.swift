package import HTTPTypes

/// What the other party answered. Every complete head is an answer, redirects included: they are never followed.
package struct OutgoingResponse: Sendable {
    /// Where the time went, in nanoseconds; zero for a part that did not happen (a literal address, a kept connection).
    package struct Timings: Sendable, Hashable {
        package var resolve: Int64 = 0
        package var connect: Int64 = 0
        package var tls: Int64 = 0
        package var total: Int64 = 0
    }

    /// The status code, 200 to 599.
    package var status: Int
    package var headers: HTTPFields
    /// The body, at most `OutgoingLimits.maximumBody` bytes of it.
    package var body: [UInt8]
    /// The body was longer than the limit, or the connection broke where its close was to mark the end; the status is
    /// valid nevertheless, the body must not be used.
    package var bodyTruncated: Bool
    package var timings: Timings
    /// The request travelled on a kept connection.
    package var reusedConnection: Bool
}
