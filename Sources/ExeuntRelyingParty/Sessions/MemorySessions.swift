package import OpenIDTypes

/// Sessions in this process's memory: for one instance, gone when it stops.
public actor MemorySessions: RelyingPartySessions {
    private struct Login {
        let number: Int64
        let value: SignedIn
    }

    /// A login is on its way for a minute at most: its code does not live longer.
    private static let memory = Duration.seconds(600)

    private let limit: Int
    private let clock: any WallClock
    private var logins: [String: Login] = [:]
    private var notices: [String: (notice: LogoutNotice, until: Timestamp)] = [:]
    private var started: Int64 = 0

    /// An empty store.
    ///
    /// - Parameter limit: the most logins kept; beyond it the oldest one ends.
    public init(limit: Int = 100_000) {
        self.init(limit: limit, clock: SystemClock())
    }

    package init(limit: Int = 100_000, clock: any WallClock) {
        self.limit = max(1, limit)
        self.clock = clock
    }

    /// Keeps a login under a new key of 256 random bits.
    public func begin(_ login: SignedIn) -> String? {
        forget()
        guard !notices.values.contains(where: { $0.notice.precludes(login) }) else { return nil }
        if logins.count >= limit, let oldest = logins.min(by: { $0.value.number < $1.value.number }) {
            logins[oldest.key] = nil
        }
        let key = LoginTransaction.random()
        started += 1
        logins[key] = Login(number: started, value: login)
        return key
    }

    /// The login of a key.
    public func find(_ key: String) -> SignedIn? { logins[key]?.value }

    /// Ends one login.
    public func end(key: String) { logins[key] = nil }

    /// Ends what the notice concerns. What the front channel says is not remembered: anybody can call it.
    public func end(_ notice: LogoutNotice) -> Bool {
        forget()
        if let tokenID = notice.tokenID {
            guard notices[tokenID] == nil else { return false }
            let until = max(Timestamp(seconds: notice.expiresAt), clock.now + Self.memory)
            notices[tokenID] = (notice, until)
        }
        logins = logins.filter { !notice.concerns($0.value.value) }
        return true
    }

    private func forget() {
        let now = clock.now
        guard notices.values.contains(where: { $0.until <= now }) else { return }
        notices = notices.filter { $0.value.until > now }
    }
}
