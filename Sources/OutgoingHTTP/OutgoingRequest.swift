package import HTTPTypes

/// One request to another party. Host, framing and connection headers belong to the client and are refused here.
package struct OutgoingRequest: Sendable {
    package var method: HTTPRequest.Method
    package var url: OutgoingURL
    package var headers: HTTPFields
    package var body: [UInt8]
    /// Whether sending the request twice has the same effect as once, as for every GET; false makes it travel on a fresh
    /// connection, which never needs the silent second try.
    package var isRepeatable: Bool
    /// Makes the body of a second try, where it must differ from the first: receivers remember the `jti` of a logout token
    /// . Called on an event loop.
    package var renewedBody: (@Sendable () -> [UInt8])?

    package init(
        method: HTTPRequest.Method,
        url: OutgoingURL,
        headers: HTTPFields = [:],
        body: [UInt8] = [],
        isRepeatable: Bool = true,
        renewedBody: (@Sendable () -> [UInt8])? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.isRepeatable = isRepeatable
        self.renewedBody = renewedBody
    }
}
