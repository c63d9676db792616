package import OpenIDTypes
package import SQLStore

/// The SQL of deliveries: written by ``SessionTermination``, claimed and settled by ``LogoutDispatcher``, looked at and
/// sent again by the operator.
package struct LogoutDeliveryStore: Sendable {
    let clients: ClientRegistry
    let settings: DeliverySettings

    package init(clients: ClientRegistry, settings: DeliverySettings) {
        self.clients = clients
        self.settings = settings
    }

    /// Part of the transaction that ends the sessions: never anywhere else.
    func enqueue(_ rows: [LogoutDeliveryRow], in db: any SQLWriter, now: Timestamp) throws {
        let giveUpAt = now + settings.horizon
        for chunk in StatementChunks(rows) {
            var values: SQL = ""
            for (index, row) in chunk.enumerated() {
                if index > 0 { values.append(", ") }
                values.append(Self.values(row, now: now, giveUpAt: giveUpAt))
            }
            try db.execute(
                """
                INSERT INTO deliveries (delivery_id, logout_id, session_id, client_id, client_name, sid, sub, channel, \
                state, uri, origin, algorithm, typ, session_required, next_attempt_at, give_up_at, keeps_offline, \
                token_valid_until, created_at, settled_at) VALUES \(sql: values)
                """
            )
        }
    }

    private static func values(_ row: LogoutDeliveryRow, now: Timestamp, giveUpAt: Timestamp) -> SQL {
        let entry = row.entry
        let isOpen = row.state == .pending || row.state == .awaitingBrowser
        return """
            (\(row.id), \(row.logout), \(entry.session), \(entry.client), \(row.clientName), \(entry.sid), \
            \(entry.subject), \(row.channel), \(row.state), \(row.uri), \(row.origin), \(row.algorithm.rawValue), \
            \(row.typ), \(row.sessionRequired), \(now), \(giveUpAt), \(entry.keepsOffline), \
            \(entry.tokenValidUntil), \(now), \(isOpen ? nil : now))
            """
    }
}

/// A frame that a browser is to be shown.
package struct FrontChannelFrame: Sendable, Hashable {
    package let clientName: String
    package let uri: String
    package let sid: SID
}

// The browser's channel.
extension LogoutDeliveryStore {
    /// The frames to show, once: they count as asked from now on, and never as confirmed.
    package func takeFrames(
        of logout: LogoutID, in db: any SQLWriter, now: Timestamp
    ) throws -> [FrontChannelFrame] {
        try db.rows(
            """
            UPDATE deliveries SET state = 'asked', attempts = attempts + 1, settled_at = \(now) \
            WHERE logout_id = \(logout) AND state = 'awaiting_browser' RETURNING client_name, uri, sid
            """
        )
        .map { row in
            FrontChannelFrame(
                clientName: try row.value("client_name"), uri: try row.value("uri"), sid: try row.value("sid")
            )
        }
    }
}
