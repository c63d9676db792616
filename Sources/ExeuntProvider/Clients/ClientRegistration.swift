package import OpenIDTypes
import SQLStore

/// A client with what only the registration knows (RFC 7591 §3.2.1).
package struct ClientRegistration: Sendable {
    package let client: Client
    /// Only in the answer that made it: what is stored is its hash.
    package let secret: String?
    package let issuedAt: Timestamp
    package let updatedAt: Timestamp

    init(client: Client, secret: String?, issuedAt: Timestamp, updatedAt: Timestamp) {
        self.client = client
        self.secret = secret
        self.issuedAt = issuedAt
        self.updatedAt = updatedAt
    }

    init(row: SQLRow, secret: String? = nil) throws {
        self.init(
            client: try ClientRegistry.client(row),
            secret: secret,
            issuedAt: try row.value("created_at"),
            updatedAt: try row.value("updated_at")
        )
    }

    /// The registration response: everything registered, and a new secret with its expiry (never).
    package var json: JSONValue {
        var members: JSONObject = [
            "client_id": .string(client.id.rawValue),
            "client_id_issued_at": .integer(issuedAt.seconds),
        ]
        if let secret {
            members["client_secret"] = .string(secret)
            members["client_secret_expires_at"] = 0
        }
        if client.isRemoved { members["exeunt_removed"] = true }
        return .object(members.merging(client.metadata.json.object ?? [:]))
    }
}
