/// Where an application keeps who is signed in. Give it the application's own store, or use ``MemorySessions``.
public protocol RelyingPartySessions: Sendable {
    /// Keeps a login under a new unguessable key, which the application puts into its cookie.
    ///
    /// - Returns: nil when a notice came first that precludes this login (``LogoutNotice/precludes(_:)``): it is over
    ///   already, and nothing is kept.
    func begin(_ login: SignedIn) async throws -> String?

    /// The login of a key, or nil when it has ended.
    func find(_ key: String) async throws -> SignedIn?

    /// Ends one login. Ending it twice is no error.
    func end(key: String) async throws

    /// Ends every login that the notice concerns, remembers its `jti`, and remembers the notice for logins that are
    /// still on their way: all or nothing. A failure must leave the `jti` unused, for the provider will come again.
    ///
    /// - Returns: false, with nothing ended, when the `jti` was seen before. Ending no login is success: they were gone
    ///   already (Back-Channel Logout §2.7).
    func end(_ notice: LogoutNotice) async throws -> Bool
}
