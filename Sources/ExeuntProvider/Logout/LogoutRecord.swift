package import OpenIDTypes

/// One ending, as it is kept for the operator and the receipt.
package struct LogoutRecord: Sendable {
    package let id: LogoutID
    package let scope: TerminationScope
    package let cause: TerminationCause
    package let reason: String?
    package let initiator: ClientID?
    /// Nil when several accounts were concerned.
    package let account: AccountID?
    /// Offline access was ended too.
    package let offline: Bool
    package let sessions: Int
    /// Sessions (for an application: grants) up to this number are dead; 0 for single sessions.
    package let cutoff: Int64
    /// Deliveries are still being written.
    package let isUnfinished: Bool
    package let createdAt: Timestamp

    init(
        id: LogoutID, request: TerminationRequest, account: AccountID?, sessions: Int, cutoff: Int64,
        isUnfinished: Bool, createdAt: Timestamp
    ) {
        self.id = id
        scope = request.scope
        cause = request.cause
        reason = request.reason
        initiator = request.initiator
        self.account = account
        offline = request.endsOfflineAccess
        self.sessions = sessions
        self.cutoff = cutoff
        self.isUnfinished = isUnfinished
        self.createdAt = createdAt
    }

    init(
        id: LogoutID, scope: TerminationScope, cause: TerminationCause, reason: String?, initiator: ClientID?,
        account: AccountID?, offline: Bool, sessions: Int, cutoff: Int64, isUnfinished: Bool, createdAt: Timestamp
    ) {
        self.id = id
        self.scope = scope
        self.cause = cause
        self.reason = reason
        self.initiator = initiator
        self.account = account
        self.offline = offline
        self.sessions = sessions
        self.cutoff = cutoff
        self.isUnfinished = isUnfinished
        self.createdAt = createdAt
    }

    package var json: JSONObject {
        var object: JSONObject = [
            "id": .string(id.rawValue),
            "at": .string(createdAt.iso8601),
            "cause": .string(cause.rawValue),
            "scope": .string(scope.name),
            "scope_value": .string(scope.value),
            "offline": .bool(offline),
            "sessions": .integer(Int64(sessions)),
            "progress": isUnfinished ? "running" : "done",
        ]
        object["reason"] = reason.map(JSONValue.string)
        object["initiator"] = initiator.map { .string($0.rawValue) }
        object["account"] = account.map { .string($0.rawValue) }
        return object
    }
}

extension TerminationScope {
    /// As it is stored and shown.
    package var name: String {
        switch self {
        case .session: "session"
        case .sessions: "browser"
        case .account: "account"
        case .client: "client"
        case .everyone: "everyone"
        }
    }

    /// The key of what ended; empty for everyone.
    package var value: String {
        switch self {
        case .session(let id): id.rawValue
        case .sessions(let ids): ids.map(\.rawValue).joined(separator: " ")
        case .account(let id): id.rawValue
        case .client(let id): id.rawValue
        case .everyone: ""
        }
    }

    package init?(name: String, value: String) {
        switch name {
        case "session": self = .session(SessionID(value))
        case "browser": self = .sessions(value.split(separator: " ").map { SessionID(String($0)) })
        case "account": self = .account(AccountID(value))
        case "client": self = .client(ClientID(value))
        case "everyone": self = .everyone
        default: return nil
        }
    }
}
