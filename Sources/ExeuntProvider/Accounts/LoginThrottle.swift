import Crypto
package import OpenIDTypes
package import SQLStore

/// Slows down password guessing, per account and per address, without ever locking anybody out for good.
///
/// An attempt is counted as failed when it is admitted, and forgiven when the password was right: otherwise a hundred
/// guesses sent at once would all pass before the first is counted.
package struct LoginThrottle: Sendable {
    /// Who tries.
    package struct Attempt: Sendable, Hashable {
        /// As typed; it need not exist.
        package let username: String
        /// The peer's address.
        package let address: String
        /// The hash of the browser's binding cookie, if it sent one.
        package let browserHash: [UInt8]?

        package init(username: String, address: String, browserHash: [UInt8]?) {
            self.username = username
            self.address = address
            self.browserHash = browserHash
        }
    }

    package enum Admission: Sendable, Hashable {
        case admitted
        /// Not counted as an attempt: trying too early does not prolong the wait.
        case wait(Duration)
    }

    /// For how long a browser that signed in counts as known.
    package static let recognition: Duration = .seconds(180 * 86_400)

    package init() {}

    /// Admits the attempt and counts it, or says how long to wait.
    package func admit(_ attempt: Attempt, in db: any SQLWriter, now: Timestamp) throws -> Admission {
        let buckets = try buckets(of: attempt, in: db, now: now)
        var wait = Duration.zero
        for (subject, bucket) in buckets {
            let (failures, last) = try locked(subject, in: db, now: now)
            wait = max(wait, LoginThrottleRules.wait(failures: failures, last: last, in: bucket, now: now))
        }
        if wait > .zero { return .wait(wait) }
        for (subject, bucket) in buckets { try count(subject, bucket, in: db, now: now) }
        return .admitted
    }

    /// The password was right: what this attempt was counted for is forgiven, and the browser is known from now on.
    package func succeeded(_ attempt: Attempt, in db: any SQLWriter, now: Timestamp) throws {
        for (subject, bucket) in try buckets(of: attempt, in: db, now: now) {
            switch bucket {
            case .account: try db.execute("DELETE FROM login_throttle WHERE subject = \(subject)")
            // One right password must not open an address for guessing at others: only this attempt is taken back.
            case .address: try takeBack(subject, in: db)
            case .knownBrowser: break
            }
        }
        guard let known = Self.knownSubject(attempt) else { return }
        try db.execute(
            """
            INSERT INTO login_throttle (subject, failures, last_failure_at, expires_at)
            VALUES (\(known), \(0), \(now), \(now + Self.recognition))
            ON CONFLICT (subject) DO UPDATE SET failures = 0, last_failure_at = \(now),
                expires_at = \(now + Self.recognition)
            """
        )
    }

    /// The attempt was never carried out, for instance for want of a thread: it is not counted.
    package func release(_ attempt: Attempt, in db: any SQLWriter, now: Timestamp) throws {
        for (subject, _) in try buckets(of: attempt, in: db, now: now) { try takeBack(subject, in: db) }
    }

    private func buckets(
        of attempt: Attempt, in db: any SQLReader, now: Timestamp
    ) throws -> [(subject: String, bucket: LoginThrottleRules.Bucket)] {
        if let known = Self.knownSubject(attempt),
            try db.row("SELECT 1 AS found FROM login_throttle WHERE subject = \(known) AND expires_at > \(now)") != nil
        {
            return [(known, .knownBrowser)]
        }
        return [(Self.accountSubject(attempt.username), .account), (Self.addressSubject(attempt.address), .address)]
    }

    /// The row is made first and then locked, so that of attempts at once each sees the ones before it. Every attempt
    /// locks its account before its address, so that no two wait for each other.
    private func locked(
        _ subject: String, in db: any SQLWriter, now: Timestamp
    ) throws -> (failures: Int64, last: Timestamp) {
        try db.execute(
            """
            INSERT INTO login_throttle (subject, failures, last_failure_at, expires_at)
            VALUES (\(subject), \(0), \(now), \(now + LoginThrottleRules.memory)) ON CONFLICT (subject) DO NOTHING
            """
        )
        let row = try db.row(
            """
            SELECT failures, last_failure_at, expires_at FROM login_throttle
            WHERE subject = \(subject) \(forUpdate)
            """
        )
        guard let row, try row.value("expires_at", as: Timestamp.self) > now else { return (0, now) }
        return (try row.value("failures"), try row.value("last_failure_at"))
    }

    private func count(
        _ subject: String, _ bucket: LoginThrottleRules.Bucket, in db: any SQLWriter, now: Timestamp
    ) throws {
        let lifetime = bucket == .knownBrowser ? Self.recognition : LoginThrottleRules.memory
        try db.execute(
            """
            INSERT INTO login_throttle (subject, failures, last_failure_at, expires_at)
            VALUES (\(subject), \(1), \(now), \(now + lifetime))
            ON CONFLICT (subject) DO UPDATE SET
                failures = CASE WHEN login_throttle.expires_at <= \(now) THEN 1 ELSE login_throttle.failures + 1 END,
                last_failure_at = \(now), expires_at = \(now + lifetime)
            """
        )
    }

    private func takeBack(_ subject: String, in db: any SQLWriter) throws {
        try db.execute("UPDATE login_throttle SET failures = failures - 1 WHERE subject = \(subject) AND failures > 0")
    }

    // Hashed: people type passwords into the username field.
    private static func accountSubject(_ username: String) -> String {
        "account:" + digest((try? Username(username))?.key ?? "")
    }

    private static func addressSubject(_ address: String) -> String { "address:" + AddressGroup.of(address) }

    private static func knownSubject(_ attempt: Attempt) -> String? {
        guard let browser = attempt.browserHash, let name = try? Username(attempt.username) else { return nil }
        return "known:" + digest(Base64URL.encode(browser) + " " + name.key)
    }

    private static func digest(_ text: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(text.utf8))))
    }
}
