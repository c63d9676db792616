package import OpenIDTypes
package import SQLStore

/// The whole of checking a password: throttle, lookup, Argon2id, and a new hash where the cost has changed. It opens no
/// session; what a right password is good for is the login page's business.
package struct PasswordSignIn: Sendable {
    /// What came of it.
    package enum Verdict: Sendable, Hashable {
        case right(Account)
        /// Unknown, disabled, or a wrong password: the person is not told which, and it took equally long.
        case wrong
        case wait(Duration)
    }

    private let database: Database
    private let directory: AccountDirectory
    private let hasher: PasswordHasher
    private let throttle: LoginThrottle
    private let clock: any WallClock

    package init(
        database: Database,
        directory: AccountDirectory,
        hasher: PasswordHasher,
        throttle: LoginThrottle,
        clock: any WallClock
    ) {
        self.database = database
        self.directory = directory
        self.hasher = hasher
        self.throttle = throttle
        self.clock = clock
    }

    /// Checks a password. Throws ``PasswordHasher/Failure/overloaded`` when too many are being checked, which is not
    /// counted against anybody.
    package func check(password: String, for attempt: LoginThrottle.Attempt) async throws -> Verdict {
        let (directory, throttle, now) = (directory, throttle, clock.now)
        let (admission, account) = try await database.write { db in
            (try throttle.admit(attempt, in: db, now: now), try directory.find(username: attempt.username, in: db))
        }
        if case .wait(let duration) = admission {
            Telemetry.login(outcome: "throttled")
            return .wait(duration)
        }
        let stored = account.flatMap { $0.isActive ? $0.passwordHash : nil }
        let isRight: Bool
        do {
            isRight = try await hasher.verify(password, against: stored)
        } catch PasswordHasher.Failure.overloaded {
            try await database.write { db in try throttle.release(attempt, in: db, now: now) }
            Telemetry.login(outcome: "overloaded")
            throw PasswordHasher.Failure.overloaded
        }
        Telemetry.login(outcome: isRight ? "right" : "wrong")
        guard isRight, let account, let stored else { return .wrong }
        // A new hash costs as much as a check; without one this sign-in still succeeds.
        let renewed = hasher.needsRehash(stored) ? try? await hasher.hash(password) : nil
        let isRenewed = try await database.write { db in
            try throttle.succeeded(attempt, in: db, now: now)
            guard let renewed else { return false }
            // Only if it is still the hash that was checked: a password change may have come between.
            return try db.execute(
                """
                UPDATE accounts SET password_hash = \(renewed)
                WHERE account_id = \(account.id) AND password_hash = \(stored)
                """
            ) == 1
        }
        return .right(isRenewed ? account.with(passwordHash: renewed) : account)
    }
}
