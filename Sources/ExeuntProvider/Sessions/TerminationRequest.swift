package import OpenIDTypes
import SQLStore

/// What ends.
package enum TerminationScope: Sendable, Hashable {
    case session(SessionID)
    /// Several sessions of one browser.
    case sessions([SessionID])
    /// The account, in every browser.
    case account(AccountID)
    /// Everyone at one application: their sessions live on, their being signed in there ends.
    case client(ClientID)
    case everyone
}

/// Why it ends; stored, shown, and decisive for offline access.
package enum TerminationCause: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLReadable {
    case endSession = "end_session"
    case operatorEnded = "operator"
    case passwordChanged = "password_changed"
    case accountDisabled = "account_disabled"
    case accountDeleted = "account_deleted"
    case clientRemoved = "client_removed"
    case idleExpiry = "idle_expiry"
    case absoluteExpiry = "absolute_expiry"
    case restore

    /// Whether the session's own time was over; applications may choose not to hear of that.
    package var isExpiry: Bool { self == .idleExpiry || self == .absoluteExpiry }

    /// Whether access without a session ends too. Of those who only sign out it survives (Back-Channel Logout §2.7); a
    /// restored backup must not revive what was revoked after it was made.
    package var endsOfflineAccess: Bool {
        switch self {
        case .passwordChanged, .accountDisabled, .accountDeleted, .clientRemoved, .restore: true
        case .endSession, .operatorEnded, .idleExpiry, .absoluteExpiry: false
        }
    }
}

/// An ending, whoever asks for it.
package struct TerminationRequest: Sendable {
    package var scope: TerminationScope
    package var cause: TerminationCause
    /// End offline access too, although the cause alone would not.
    package var offline: Bool
    package var reason: String?
    /// The application that asked.
    package var initiator: ClientID?
    /// Hash of the binding cookie of the browser that is there; nil when there is none, and no frame can be shown.
    package var browserHash: [UInt8]?
    /// Hash of the token in the receipt's address.
    package var receiptHash: [UInt8]?
    /// Where the browser goes on to afterwards.
    package var continuation: JSONValue?
    /// Who did it, for the audit trail: `browser`, `operator:<name>`, `expiry`.
    package var actor: String

    package init(
        scope: TerminationScope,
        cause: TerminationCause,
        offline: Bool = false,
        reason: String? = nil,
        initiator: ClientID? = nil,
        browserHash: [UInt8]? = nil,
        receiptHash: [UInt8]? = nil,
        continuation: JSONValue? = nil,
        actor: String
    ) {
        self.scope = scope
        self.cause = cause
        self.offline = offline
        self.reason = reason
        self.initiator = initiator
        self.browserHash = browserHash
        self.receiptHash = receiptHash
        self.continuation = continuation
        self.actor = actor
    }

    package var endsOfflineAccess: Bool { offline || cause.endsOfflineAccess }
}

/// What an ending did.
package struct TerminationOutcome: Sendable, Hashable {
    /// Nil: another caller won the gate, or there was nothing to end. Both are success.
    package let logoutID: LogoutID?
    /// Sessions ended by this transaction; for an application, the people signed out of it.
    package let sessionsEnded: Int
    /// Delivery rows written by this transaction.
    package let deliveries: Int
    /// More than one transaction holds: all are dead already, the rest of the deliveries follows in batches.
    package let isUnfinished: Bool
    /// Of the rows written, those that the dispatcher is to try.
    package var backChannel: [DeliveryID] = []
    /// An application can be asked through the browser that is there.
    package var awaitsBrowser = false

    package static let nothing = TerminationOutcome(logoutID: nil, sessionsEnded: 0, deliveries: 0, isUnfinished: false)

    package init(logoutID: LogoutID?, sessionsEnded: Int, deliveries: Int, isUnfinished: Bool = false) {
        self.logoutID = logoutID
        self.sessionsEnded = sessionsEnded
        self.deliveries = deliveries
        self.isUnfinished = isUnfinished
    }
}
