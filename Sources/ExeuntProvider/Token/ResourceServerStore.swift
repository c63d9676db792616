import OpenIDTypes
package import SQLStore

/// The SQL of resource servers: clients that are registered with `exeunt_audience`.
package struct ResourceServerStore: Sendable {
    private let clients: ClientRegistry

    package init(clients: ClientRegistry) {
        self.clients = clients
    }

    /// Which clients may be resource servers, for a partial index: among any number of clients they are few. The parsed
    /// record decides.
    package static let candidates: SQL =
        "SELECT client_id FROM clients WHERE status = 'active' AND metadata LIKE '%\"exeunt_audience\":%'"

    /// Whether access tokens may be made for this `resource` (RFC 8707 §2).
    package func isKnown(_ resource: String, in db: any SQLReader) throws -> Bool {
        try db.rows(Self.candidates).contains { row in
            try clients.find(row.value("client_id"), in: db)?.metadata.audience == resource
        }
    }
}
