package import OpenIDTypes
import OutgoingHTTP
package import SQLStore

/// A delivery as the operator sees it.
package struct LogoutDeliverySummary: Sendable, Hashable {
    package struct Attempt: Sendable, Hashable {
        package let number: Int
        package let at: Timestamp
        package let milliseconds: Int64
        package let outcome: String
        package let status: Int?
        package let error: String?
    }

    package let id: DeliveryID
    package let logout: LogoutID
    package let client: ClientID
    package let clientName: String
    package let channel: LogoutChannel
    package let state: LogoutDelivery.State
    package let uri: String?
    package let attempts: Int
    package let lastStatus: Int?
    package let lastError: String?
    /// For a pending one.
    package let nextAttemptAt: Timestamp?
    package let createdAt: Timestamp
    package let settledAt: Timestamp?
    package let keepsOffline: Bool
    package let tokenValidUntil: Timestamp?
    package let sid: SID

    static let columns: SQL = """
        d.delivery_id, d.logout_id, d.client_id, d.client_name, d.channel, d.state, d.uri, d.attempts, d.last_status, \
        d.last_error, d.next_attempt_at, d.created_at, d.settled_at, d.keeps_offline, d.token_valid_until, d.sid
        """

    init(row: SQLRow) throws {
        id = try row.value("delivery_id")
        logout = try row.value("logout_id")
        client = try row.value("client_id")
        clientName = try row.value("client_name")
        channel = try row.value("channel")
        state = try row.value("state")
        uri = try row.optional("uri")
        attempts = try row.value("attempts")
        lastStatus = try row.optional("last_status")
        lastError = try row.optional("last_error")
        nextAttemptAt = state == .pending ? try row.value("next_attempt_at") : nil
        createdAt = try row.value("created_at")
        settledAt = try row.optional("settled_at")
        keepsOffline = try row.value("keeps_offline")
        tokenValidUntil = try row.optional("token_valid_until")
        sid = try row.value("sid")
    }

    package var json: JSONObject {
        var object: JSONObject = [
            "id": .string(id.rawValue),
            "logout_id": .string(logout.rawValue),
            "state": .string(state.rawValue),
            "application": .string(clientName),
            "client_id": .string(client.rawValue),
            "channel": .string(channel.rawValue),
            "attempts": .integer(Int64(attempts)),
            "last_error": lastError.map(JSONValue.string) ?? .null,
            "last_status": lastStatus.map { .integer(Int64($0)) } ?? .null,
            "created_at": .string(createdAt.iso8601),
            "keeps_offline": .bool(keepsOffline),
        ]
        object["uri"] = uri.map(JSONValue.string)
        object["next_attempt_at"] = nextAttemptAt.map { .string($0.iso8601) }
        object["settled_at"] = settledAt.map { .string($0.iso8601) }
        object["token_valid_until"] = tokenValidUntil.map { .string($0.iso8601) }
        return object
    }
}

// What the operator does.
extension LogoutDeliveryStore {
    /// Deliveries of every logout, the newest first; of one state if given.
    package func list(
        state: LogoutDelivery.State? = nil, limit: Int = 1000, in db: any SQLReader
    ) throws -> [LogoutDeliverySummary] {
        let rows: [SQLRow]
        switch state {
        case .pending, .leased, .refused, .abandoned:
            let open: SQL = "d.state IN ('pending', 'leased', 'refused', 'abandoned')"
            rows = try db.rows(
                """
                SELECT \(sql: LogoutDeliverySummary.columns) FROM deliveries d \
                WHERE d.state = \(state) AND \(sql: open) ORDER BY d.created_at DESC LIMIT \(limit)
                """
            )
        default:
            let only: SQL = state.map { "WHERE d.state = \($0)" } ?? ""
            rows = try db.rows(
                """
                SELECT \(sql: LogoutDeliverySummary.columns) FROM logouts l \
                JOIN deliveries d ON d.logout_id = l.logout_id \(sql: only) \
                ORDER BY l.created_at DESC, d.delivery_id LIMIT \(limit)
                """
            )
        }
        return try rows.map(LogoutDeliverySummary.init(row:))
    }

    package func list(
        logout: LogoutID, limit: Int = 10_000, in db: any SQLReader
    ) throws -> [LogoutDeliverySummary] {
        try db.rows(
            """
            SELECT \(sql: LogoutDeliverySummary.columns) FROM deliveries d WHERE d.logout_id = \(logout) \
            ORDER BY d.client_name, d.delivery_id LIMIT \(limit)
            """
        )
        .map(LogoutDeliverySummary.init(row:))
    }

    package func find(_ id: DeliveryID, in db: any SQLReader) throws -> LogoutDeliverySummary? {
        try db.row("SELECT \(sql: LogoutDeliverySummary.columns) FROM deliveries d WHERE d.delivery_id = \(id)")
            .map(LogoutDeliverySummary.init(row:))
    }

    package func attempts(of id: DeliveryID, in db: any SQLReader) throws -> [LogoutDeliverySummary.Attempt] {
        try db.rows(
            """
            SELECT number, at, milliseconds, outcome, status, error FROM delivery_attempts \
            WHERE delivery_id = \(id) ORDER BY number
            """
        )
        .map { row in
            LogoutDeliverySummary.Attempt(
                number: try row.value("number"), at: try row.value("at"), milliseconds: try row.value("milliseconds"),
                outcome: try row.value("outcome"), status: try row.optional("status"), error: try row.optional("error")
            )
        }
    }

    /// Makes a delivery by the application's server due now, whatever became of it, with a new horizon and the address
    /// that the application has today, if it still exists. False: there is none, it is not of that channel, or it is
    /// being sent at this moment.
    package func resend(_ id: DeliveryID, in db: any SQLWriter, now: Timestamp) throws -> Bool {
        guard let found = try find(id, in: db) else { return false }
        let address = try address(of: found.client, in: db)
        return try db.execute(
            """
            UPDATE deliveries SET \(sql: renewal(address, now: now)) \
            WHERE delivery_id = \(id) AND channel = 'backchannel' AND state <> 'leased'
            """
        ) == 1
    }

    /// The same for all of an application's deliveries that were not confirmed; returns how many.
    package func resend(client: ClientID, in db: any SQLWriter, now: Timestamp) throws -> Int {
        let address = try address(of: client, in: db)
        var count = 0
        // Pending ones first: the others become pending here.
        for state in [LogoutDelivery.State.pending, .refused, .abandoned] {
            count += try db.execute(
                """
                UPDATE deliveries SET \(sql: renewal(address, now: now)) \
                WHERE state = \(state) AND state IN ('pending', 'leased', 'refused', 'abandoned') \
                AND client_id = \(client) AND channel = 'backchannel'
                """
            )
        }
        return count
    }

    private func renewal(_ client: Client?, now: Timestamp) -> SQL {
        let due: SQL = """
            state = 'pending', next_attempt_at = \(now), give_up_at = \(now + settings.horizon), settled_at = NULL, \
            last_error = COALESCE(last_error, 'to be sent again')
            """
        guard let client, let uri = client.metadata.backchannelLogoutURI else { return due }
        return """
            \(sql: due), uri = \(uri), origin = \((try? OutgoingURL(uri).origin) ?? ""), \
            algorithm = \(client.metadata.idTokenSignedResponseAlg.rawValue), typ = \(client.metadata.logoutTokenType)
            """
    }

    private func address(of client: ClientID, in db: any SQLReader) throws -> Client? {
        try clients.find(client, in: db)
    }
}
