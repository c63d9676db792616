/// An answer to a request of the provider: a status and headers, with no body.
public struct ReceiverAnswer: Sendable, Hashable {
    /// The HTTP status.
    public let status: Int
    /// Headers to send with it.
    public let headers: [String: String]

    /// Back-Channel Logout §2.8: never stored by a cache.
    package static func backChannel(_ status: Int) -> Self {
        Self(status: status, headers: ["Cache-Control": "no-store"])
    }
}
