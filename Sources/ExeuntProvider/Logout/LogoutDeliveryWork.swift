package import OpenIDTypes
import SQLStore

/// A claimed delivery: what a worker needs to send it.
package struct LogoutDeliveryWork: Sendable, Hashable {
    package let id: DeliveryID
    package let logout: LogoutID
    package let client: ClientID
    package let sid: SID
    package let subject: Subject
    package let uri: String
    /// Scheme, host and port: applications behind one ingress share a limit.
    package let origin: String
    package let algorithm: SigningAlgorithm
    package let typ: String
    package let attempts: Int
    package let giveUpAt: Timestamp
    /// Until then it is ours.
    package let leaseUntil: Timestamp

    package init(
        id: DeliveryID, logout: LogoutID, client: ClientID, sid: SID, subject: Subject, uri: String, origin: String,
        algorithm: SigningAlgorithm, typ: String, attempts: Int, giveUpAt: Timestamp, leaseUntil: Timestamp
    ) {
        self.id = id
        self.logout = logout
        self.client = client
        self.sid = sid
        self.subject = subject
        self.uri = uri
        self.origin = origin
        self.algorithm = algorithm
        self.typ = typ
        self.attempts = attempts
        self.giveUpAt = giveUpAt
        self.leaseUntil = leaseUntil
    }

    static let columns: SQL =
        "delivery_id, logout_id, client_id, sid, sub, uri, origin, algorithm, typ, attempts, give_up_at, next_attempt_at"

    init(row: SQLRow) throws {
        id = try row.value("delivery_id")
        logout = try row.value("logout_id")
        client = try row.value("client_id")
        sid = try row.value("sid")
        subject = try row.value("sub")
        uri = try row.optional("uri") ?? ""
        origin = try row.optional("origin") ?? ""
        let name: String = try row.value("algorithm")
        guard let known = SigningAlgorithm(rawValue: name) else {
            throw SQLError.decoding("column algorithm: not an algorithm")
        }
        algorithm = known
        typ = try row.value("typ")
        attempts = try row.value("attempts")
        giveUpAt = try row.value("give_up_at")
        leaseUntil = try row.value("next_attempt_at")
    }
}

/// One attempt that was made, and what follows from it.
package struct LogoutDeliveryAttempt: Sendable, Hashable {
    package let work: LogoutDeliveryWork
    package let at: Timestamp
    package let milliseconds: Int64
    package let answer: LogoutDelivery.Answer
    package let action: LogoutDelivery.Action
    package let settledAt: Timestamp

    package init(
        work: LogoutDeliveryWork, at: Timestamp, milliseconds: Int64, answer: LogoutDelivery.Answer,
        action: LogoutDelivery.Action, settledAt: Timestamp
    ) {
        self.work = work
        self.at = at
        self.milliseconds = milliseconds
        self.answer = answer
        self.action = action
        self.settledAt = settledAt
    }

    var status: Int? { if case .status(let status, _, _) = answer { status } else { nil } }

    var error: String? {
        switch action {
        case .confirm: nil
        case .refuse(let text), .retry(_, let text), .abandon(let text): text
        }
    }

    /// As it is stored with the attempt.
    var outcome: String {
        switch action {
        case .confirm: "delivered"
        case .refuse: "refused"
        case .retry: "failed"
        case .abandon: "abandoned"
        }
    }
}

/// A claimed delivery that is put back without an attempt: its application is known to be down, or busy.
package struct LogoutPostponement: Sendable, Hashable {
    package let work: LogoutDeliveryWork
    package let until: Timestamp
    /// Nil when the application is only busy.
    package let reason: String?

    package init(work: LogoutDeliveryWork, until: Timestamp, reason: String?) {
        self.work = work
        self.until = until
        self.reason = reason
    }
}
