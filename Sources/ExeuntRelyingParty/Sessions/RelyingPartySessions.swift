/// Where an application keeps who is signed in. Give it the application's own store, or use ``MemorySessions``.
public protocol RelyingPartySessions: Sendable {
    /// Keeps a login under a new key, which the application puts into its cookie.
    func begin(_ login: SignedIn) async throws -> String
    /// The login of a key, or nil when it has ended.
    func find(_ key: String) async throws -> SignedIn?
    /// Ends one login. Ending it twice is no error.
    func end(key: String) async throws
    /// Ends every login of the provider's session `sid`.
    func end(sid: String) async throws
    /// Ends every login of this person.
    func end(subject: String) async throws
    /// Whether the `jti` of a logout token is new; it is remembered until `expiry`, in seconds since 1970.
    func isFirstUse(ofTokenID jti: String, until expiry: Int64) async throws -> Bool
}

/// Sessions in this process's memory: for one instance, gone when it stops.
public actor MemorySessions: RelyingPartySessions {
    private var logins: [String: SignedIn] = [:]
    private var spent: [String: Int64] = [:]

    /// An empty store.
    public init() {}

    /// Keeps a login under a new key of 256 random bits.
    public func begin(_ login: SignedIn) -> String {
        let key = LoginTransaction.random()
        logins[key] = login
        return key
    }

    /// The login of a key.
    public func find(_ key: String) -> SignedIn? { logins[key] }

    /// Ends one login.
    public func end(key: String) { logins[key] = nil }

    /// Ends every login of the provider's session.
    public func end(sid: String) { logins = logins.filter { $0.value.sid != sid } }

    /// Ends every login of this person.
    public func end(subject: String) { logins = logins.filter { $0.value.subject != subject } }

    /// Whether the `jti` is new. Expired ones are forgotten whenever a new one comes, so that the list stays short.
    public func isFirstUse(ofTokenID jti: String, until expiry: Int64) -> Bool {
        let newest = max(expiry, spent.values.max() ?? 0)
        // A token lives two minutes at most; a day is more than any clock's difference.
        spent = spent.filter { $0.value > newest - 86_400 }
        return spent.updateValue(expiry, forKey: jti) == nil
    }
}
