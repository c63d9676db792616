package import OpenIDTypes
package import SQLStore

// What the dispatcher does. While a row is leased its `next_attempt_at` is the end of the lease, so that one index finds
// what is due, abandoned leases included.
extension LogoutDeliveryStore {
    static func due(at now: Timestamp) -> SQL { "state IN ('pending', 'leased') AND next_attempt_at <= \(now)" }

    /// Whether anything is due, without a lock.
    package func hasDue(in db: any SQLReader, now: Timestamp) throws -> Bool {
        try db.row("SELECT delivery_id FROM deliveries WHERE \(sql: Self.due(at: now)) LIMIT 1") != nil
    }

    /// Claims what is due, the longest overdue first; see ``WorkClaim``.
    package func claim(
        limit: Int, owner: String, until: Timestamp, in db: any SQLWriter, now: Timestamp
    ) throws -> [LogoutDeliveryWork] {
        try claim(due: Self.due(at: now), limit: limit, owner: owner, until: until, in: db)
    }

    /// Claims of one application, whether due or not: a probe of one that was down, or all that waited for it.
    /// - Parameter onlyFresh: leaves those alone that have failed before and keep their own time.
    package func claim(
        client: ClientID, onlyFresh: Bool, limit: Int, owner: String, until: Timestamp, in db: any SQLWriter
    ) throws -> [LogoutDeliveryWork] {
        let fresh: SQL = onlyFresh ? " AND attempts = 0" : ""
        return try claim(
            due: "state = 'pending' AND client_id = \(client)\(sql: fresh)", limit: limit, owner: owner, until: until,
            in: db
        )
    }

    private func claim(
        due: SQL, limit: Int, owner: String, until: Timestamp, in db: any SQLWriter
    ) throws -> [LogoutDeliveryWork] {
        try db.claim(
            WorkClaim(
                table: "deliveries", id: "delivery_id", due: due, order: "next_attempt_at", limit: limit,
                set: "state = 'leased', lease_owner = \(owner), next_attempt_at = \(until)",
                returning: LogoutDeliveryWork.columns
            )
        )
        .map(LogoutDeliveryWork.init(row:))
    }

    /// Puts claimed rows back. Those whose lease was taken over are not ours to put anywhere.
    package func postpone(_ postponements: [LogoutPostponement], owner: String, in db: any SQLWriter) throws {
        for item in postponements {
            try db.execute(
                """
                UPDATE deliveries SET state = 'pending', lease_owner = NULL, next_attempt_at = \(item.until), \
                last_error = COALESCE(\(item.reason), last_error) \
                WHERE delivery_id = \(item.work.id) AND state = 'leased' AND lease_owner = \(owner)
                """
            )
        }
    }

    /// Gives up rows that passed the horizon while their application was not even tried.
    package func abandon(_ works: [LogoutDeliveryWork], owner: String, in db: any SQLWriter, now: Timestamp) throws {
        for work in works {
            try db.execute(
                """
                UPDATE deliveries SET state = 'abandoned', lease_owner = NULL, settled_at = \(now) \
                WHERE delivery_id = \(work.id) AND state = 'leased' AND lease_owner = \(owner)
                """
            )
        }
    }

    /// Writes what attempts brought, and each attempt itself.
    package func settle(_ attempts: [LogoutDeliveryAttempt], owner: String, in db: any SQLWriter) throws {
        var confirmed: [Int: [LogoutDeliveryAttempt]] = [:]
        for attempt in attempts {
            if case .confirm = attempt.action, let status = attempt.status {
                confirmed[status, default: []].append(attempt)
            } else {
                try settle(attempt, owner, db)
            }
        }
        for attempts in confirmed.values {
            for chunk in StatementChunks(attempts) { try confirm(chunk, db) }
        }
    }

    /// A confirmation counts whoever holds the lease by now: the application has said that it heard.
    private func confirm(_ attempts: [LogoutDeliveryAttempt], _ db: any SQLWriter) throws {
        let numbers = try db.rows(
            """
            UPDATE deliveries SET attempts = attempts + 1, lease_owner = NULL, last_error = NULL, \
            last_status = \(attempts[0].status), state = 'delivered', \
            settled_at = COALESCE(settled_at, \(attempts[0].settledAt)) \
            WHERE delivery_id IN \(list: attempts.map(\.work.id)) RETURNING delivery_id, attempts
            """
        )
        var number: [DeliveryID: Int] = [:]
        for row in numbers { number[try row.value("delivery_id")] = try row.value("attempts") }
        try write(attempts.compactMap { attempt in number[attempt.work.id].map { (attempt, $0) } }, db)
    }

    /// A failure only counts while the row is still ours; the attempt was made all the same, and is kept.
    private func settle(_ attempt: LogoutDeliveryAttempt, _ owner: String, _ db: any SQLWriter) throws {
        let state: LogoutDelivery.State
        var next: Timestamp?
        switch attempt.action {
        case .confirm: state = .delivered
        case .refuse: state = .refused
        case .abandon: state = .abandoned
        case .retry(let at, _): (state, next) = (.pending, at)
        }
        let id = attempt.work.id
        let settled = next == nil ? attempt.settledAt : nil
        let row =
            try db.row(
                """
                UPDATE deliveries SET attempts = attempts + 1, lease_owner = NULL, last_error = \(attempt.error), \
                last_status = \(attempt.status), state = \(state), next_attempt_at = \(next ?? attempt.settledAt), \
                settled_at = \(settled) \
                WHERE delivery_id = \(id) AND state = 'leased' AND lease_owner = \(owner) RETURNING attempts
                """
            )
            ?? db.row("UPDATE deliveries SET attempts = attempts + 1 WHERE delivery_id = \(id) RETURNING attempts")
        if let number: Int = try row?.value("attempts") { try write([(attempt, number)], db) }
    }

    private func write(_ attempts: [(LogoutDeliveryAttempt, Int)], _ db: any SQLWriter) throws {
        for chunk in StatementChunks(attempts) {
            var values: SQL = ""
            for (index, (attempt, number)) in chunk.enumerated() {
                let row: SQL = """
                    (\(attempt.work.id), \(number), \(attempt.at), \(attempt.milliseconds), \(attempt.outcome), \
                    \(attempt.status), \(attempt.error))
                    """
                if index > 0 { values.append(", ") }
                values.append(row)
            }
            try db.execute(
                """
                INSERT INTO delivery_attempts (delivery_id, number, at, milliseconds, outcome, status, error) \
                VALUES \(sql: values)
                """
            )
        }
    }

    /// The back-channel deliveries of a logout that nobody has tried yet.
    package func untried(of logout: LogoutID, in db: any SQLReader) throws -> [DeliveryID] {
        try db.rows(
            """
            SELECT delivery_id FROM deliveries WHERE logout_id = \(logout) AND channel = 'backchannel' \
            AND state IN ('pending', 'leased') AND attempts = 0 AND last_error IS NULL
            """
        )
        .map { try $0.value("delivery_id") }
    }
}
