package import OpenIDTypes

/// What a verified logout token says: end this session, or all of this person's (Back-Channel Logout §2.4).
public struct LogoutNotice: Sendable, Hashable {
    /// The person; with no ``sid`` all of their sessions end.
    public let subject: String?
    /// The session.
    public let sid: String?
    let jti: String
    let expiry: Timestamp
}

/// An answer to a request of the provider: a status and headers, with no body.
public struct ReceiverAnswer: Sendable, Hashable {
    /// The HTTP status.
    public let status: Int
    /// Headers to send with it.
    public let headers: [String: String]

    /// Back-Channel Logout §2.8: never stored by a cache.
    static func backChannel(_ status: Int) -> Self { Self(status: status, headers: ["Cache-Control": "no-store"]) }
}
