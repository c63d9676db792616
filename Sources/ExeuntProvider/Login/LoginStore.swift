package import OpenIDTypes
package import SQLStore

/// The transaction in which a verified sign-in becomes a session.
package struct LoginStore: Sendable {
    private let accounts: AccountDirectory
    private let sessions: SessionStore

    package init(accounts: AccountDirectory, sessions: SessionStore) {
        self.accounts = accounts
        self.sessions = sessions
    }

    /// Where and how the person signs in.
    package struct Place: Sendable {
        package let browserSecret: String?
        /// "Stay signed in": the cookie outlives the browser.
        package let persistent: Bool
        package let address: String
        package let agent: String

        package init(browserSecret: String?, persistent: Bool, address: String, agent: String) {
            self.browserSecret = browserSecret
            self.persistent = persistent
            self.address = address
            self.agent = agent
        }
    }

    /// The account is not what it was when its password was checked. The sign-in is rolled back.
    package struct AccountChangedMeanwhile: Error {}

    /// - Parameter account: as it was when its password was checked.
    /// - Throws: ``AccountNotActive``, ``AccountChangedMeanwhile``: a password whose change ended all sessions must not
    ///   start one a moment later.
    package func signIn(_ account: Account, at place: Place, in db: any SQLWriter, now: Timestamp) throws -> SignIn {
        let signIn = try sessions.signIn(
            account: account.id, userAgentSecret: place.browserSecret, persistent: place.persistent, amr: ["pwd"],
            address: place.address, agent: place.agent, in: db, now: now
        )
        // After `signIn`, which holds the account's row until the commit. A hash renewed for its cost is no change of
        // the password, and leaves `updated_at` alone.
        guard let current = try accounts.find(account.id, in: db),
            current.passwordHash == account.passwordHash || current.updatedAt == account.updatedAt
        else { throw AccountChangedMeanwhile() }
        return signIn
    }
}
