package import OpenIDTypes

/// One logout as commands show it: what ended, and what became of telling each application.
package struct LogoutReport: Sendable {
    /// Nil if there was nothing to end.
    package let record: LogoutRecord?
    package let receipt: LogoutReceipt?
    package let deliveries: [LogoutDeliverySummary]
    /// Whether a server is there to deliver; without one the deliveries are queued.
    package let isServed: Bool
    private let scope: TerminationScope

    init(record: LogoutRecord, receipt: LogoutReceipt?, deliveries: [LogoutDeliverySummary], isServed: Bool) {
        self.record = record
        self.receipt = receipt
        self.deliveries = deliveries
        self.isServed = isServed
        scope = record.scope
    }

    private init(nothing scope: TerminationScope) {
        record = nil
        receipt = nil
        deliveries = []
        isServed = false
        self.scope = scope
    }

    /// Nothing was signed in any more: success, and no record of it.
    static func nothing(_ scope: TerminationScope) -> LogoutReport { LogoutReport(nothing: scope) }

    /// Deliveries that wait for a server to be started.
    package var queued: Int { isServed ? 0 : deliveries.count { $0.state == .pending || $0.state == .leased } }

    package var json: JSONValue {
        var object: JSONObject =
            record?.json
            ?? [
                "id": .null, "scope": .string(scope.name), "scope_value": .string(scope.value), "sessions": 0,
                "progress": "done",
            ]
        object["account_name"] = receipt?.accountName.map(JSONValue.string)
        object["server_running"] = record == nil ? nil : .bool(isServed)
        object["applications"] = .array((receipt?.applications ?? []).map(Self.application))
        object["deliveries"] = .array(deliveries.map { .object($0.json) })
        return .object(object)
    }

    private static func application(_ application: LogoutReceipt.Application) -> JSONValue {
        var object: JSONObject = [
            "client_id": .string(application.clientID.rawValue),
            "application": .string(application.name),
            "state": .string(application.state.rawValue),
            "attempts": .integer(Int64(application.attempts)),
            "last_error": application.lastError.map(JSONValue.string) ?? .null,
            "keeps_offline": .bool(application.keepsOffline),
        ]
        object["token_valid_until"] = application.tokenValidUntil.map { .string($0.iso8601) }
        return .object(object)
    }
}
