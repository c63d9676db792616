package import OpenIDTypes

/// A registered application, or resource server, as of one revision.
package struct Client: Sendable, Hashable {
    package let id: ClientID
    package let metadata: ClientMetadata
    /// SHA-256 of its secret; nil for clients without one.
    package let secretHash: [UInt8]?
    /// Grows with every change.
    package let revision: Int64
    package let isRemoved: Bool

    package init(id: ClientID, metadata: ClientMetadata, secretHash: [UInt8]?, revision: Int64, isRemoved: Bool) {
        self.id = id
        self.metadata = metadata
        self.secretHash = secretHash
        self.revision = revision
        self.isRemoved = isRemoved
    }

    /// What people call it.
    package var name: String { metadata.clientName ?? id.rawValue }
}
