/// Bounds of one request.
package struct OutgoingLimits: Sendable, Hashable {
    /// From the start of resolving to the last byte of the body.
    package var deadline: Duration
    /// Per address; the deadline holds beside it.
    package var connectTimeout: Duration
    /// Bytes of status line and headers, interim responses and trailers included.
    package var maximumHead: Int
    /// Bytes of the body that are kept; reading stops there.
    package var maximumBody: Int

    package init(
        deadline: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(3),
        maximumHead: Int = 32 * 1_024,
        maximumBody: Int = 64 * 1_024
    ) {
        self.deadline = deadline
        self.connectTimeout = connectTimeout
        self.maximumHead = maximumHead
        self.maximumBody = maximumBody
    }
}
