package import OpenIDTypes
package import SQLStore

/// Whether a server works on the database at this moment, so that a command can say whether deliveries are under way or
/// queued.
package enum ServerPresence {
    /// Three heartbeats: one may be late on a busy machine.
    package static let patience: Duration = .seconds(6)

    package static func isRunning(in db: any SQLReader, now: Timestamp) throws -> Bool {
        try db.rows("SELECT node_id FROM nodes WHERE seen_at > \(now - patience)").contains { row in
            // A server that was killed a moment ago still has its row.
            !LogoutDispatcherNode.isGone(try row.value("node_id"))
        }
    }
}
