/// How long things live. The defaults are the ones that need no change in production.
package struct Lifetimes: Sendable, Hashable {
    /// A session without authorization or refresh for this long has expired.
    package var sessionIdle: Duration = .seconds(12 * 3600)
    /// A session ends this long after its creation, however active it is.
    package var sessionAbsolute: Duration = .seconds(7 * 86_400)
    /// An authorization code (RFC 6749 §4.1.2 allows ten minutes at most).
    package var code: Duration = .seconds(60)
    /// An opaque access token; it dies with its session before that.
    package var accessToken: Duration = .seconds(600)
    /// A JWT access token (RFC 9068), which resource servers may believe until it expires: five minutes at most.
    package var jwtAccessToken: Duration = .seconds(300)
    /// An offline grant that is not used for this long.
    package var offlineIdle: Duration = .seconds(90 * 86_400)
    /// The `exp` of an ID token.
    package var idToken: Duration = .seconds(600)
    /// How long the receipt's address works in the browser that logged out.
    package var receiptForBrowser: Duration = .seconds(3600)
    /// How long a person may take between an authorization request and the end of login and consent.
    package var interaction: Duration = .seconds(30 * 60)
    /// How long ended sessions, logout records and audit events are kept for the operator.
    package var recordRetention: Duration = .seconds(90 * 86_400)

    package init() {}
}
