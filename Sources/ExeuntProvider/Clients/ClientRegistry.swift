package import OpenIDTypes
package import SQLStore
import Synchronization

/// Finds clients. Their metadata is parsed once per revision; every lookup reads the revision in the caller's own
/// transaction, so that a change or a removal holds for the very next request on every node.
package final class ClientRegistry: Sendable {
    /// A record that cannot be read: a fault, never the client's.
    package struct Unreadable: Error, Sendable, CustomStringConvertible {
        package let client: ClientID
        package let reason: String
        package var description: String { "the record of client \(client) cannot be read: \(reason)" }
    }

    private let cache = Mutex<[ClientID: Client]>([:])
    private let capacity: Int
    private let defaults: ClientDefaults

    /// - Parameter defaults: what the configuration says for clients that do not.
    package init(defaults: ClientDefaults = ClientDefaults(), capacity: Int = 10_000) {
        self.defaults = defaults
        self.capacity = capacity
    }

    /// The client, unless it was removed.
    package func find(_ id: ClientID, in db: any SQLReader) throws -> Client? {
        guard let client = try findIncludingRemoved(id, in: db), !client.isRemoved else { return nil }
        return client
    }

    /// Also one that was removed: it must still be told of logouts.
    package func findIncludingRemoved(_ id: ClientID, in db: any SQLReader) throws -> Client? {
        // Longer names and NUL, which PostgreSQL does not take, cannot be in the table.
        guard ClientIdentifierRule.isLegal(id.rawValue) else { return nil }
        guard let row = try db.row("SELECT revision FROM clients WHERE client_id = \(id)") else { return nil }
        let revision: Int64 = try row.value("revision")
        if let client = cache.withLock({ $0[id] }), client.revision == revision { return client }
        guard let row = try db.row("SELECT \(sql: Self.columns) FROM clients WHERE client_id = \(id)") else {
            return nil
        }
        let client = try Self.client(row, defaults: defaults)
        cache.withLock { cache in
            // Dropping everything is rare, and cheaper than keeping an order.
            if cache.count >= capacity { cache.removeAll(keepingCapacity: true) }
            cache[id] = client
        }
        return client
    }

    static let columns: SQL = "client_id, metadata, secret_hash, status, revision, created_at, updated_at"

    static func client(_ row: SQLRow, defaults: ClientDefaults = ClientDefaults()) throws -> Client {
        let id: ClientID = try row.value("client_id")
        let metadata: ClientMetadata
        do {
            let json = try JSONValue.parse(try row.value("metadata", as: String.self))
            metadata = try ClientMetadata(stored: json, defaults: defaults)
        } catch let refusals as RegistrationRefusals {
            throw Unreadable(client: id, reason: refusals.publicText)
        } catch let refusal as JSONRefusal {
            throw Unreadable(client: id, reason: refusal.description)
        }
        return Client(
            id: id,
            metadata: metadata,
            secretHash: try row.optional("secret_hash"),
            revision: try row.value("revision"),
            isRemoved: try row.value("status", as: String.self) != "active"
        )
    }
}

/// Which `client_id`s exist (RFC 6749 §A.1, bounded): printable ASCII without quotes, spaces and backslashes.
package enum ClientIdentifierRule {
    package static func isLegal(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...255).contains(bytes.count)
            && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }
}
