#if canImport(FoundationEssentials)
    import FoundationEssentials
#endif
import Glibc
package import OpenIDTypes
package import SQLStore

/// This process among those that deliver from one database.
///
/// Its name tells a process that runs on the same kernel beyond doubt whether the named one still does: leases of a
/// process that was killed are taken over at once, not when they end. Others only have the end of the lease.
package struct LogoutDispatcherNode: Sendable, Hashable {
    /// `<boot>.<process namespace>.<process>.<its start>.<random>`.
    package let id: String

    package init() {
        let parts = [Self.kernel, String(getpid()), Self.start(of: getpid()) ?? "0", RandomToken.make(bytes: 6)]
        id = parts.joined(separator: ".")
    }

    /// The kernel's boot and the namespace that process numbers belong to: only within both do they mean anything.
    private static let kernel: String = {
        let boot = text(of: "/proc/sys/kernel/random/boot_id")?.prefix(8) ?? "unknown"
        let namespace = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? ""
        return boot + "." + namespace.filter(\.isNumber)
    }()

    /// When the process started, in the kernel's ticks: process numbers are used again.
    private static func start(of process: Int32) -> String? {
        guard let stat = text(of: "/proc/\(process)/stat"), let name = stat.lastIndex(of: ")") else { return nil }
        // proc(5): the 22nd field; the second, the name in parentheses, may contain anything.
        let fields = stat[name...].split(separator: " ")
        return fields.count > 20 ? String(fields[20]) : nil
    }

    private static func text(of path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    /// Whether the named process is certainly gone.
    package static func isGone(_ id: String) -> Bool {
        let prefix = kernel + "."
        guard id.hasPrefix(prefix), !kernel.hasPrefix("unknown") else { return false }
        let parts = id.dropFirst(prefix.count).split(separator: ".")
        guard parts.count == 3, let process = Int32(parts[0]) else { return false }
        return start(of: process) != String(parts[1])
    }

    /// Says that this process runs, and returns the names of the others.
    package func beat(in db: any SQLWriter, now: Timestamp) throws -> [(id: String, seenAt: Timestamp)] {
        try db.execute(
            """
            INSERT INTO nodes (node_id, started_at, seen_at) VALUES (\(id), \(now), \(now)) \
            ON CONFLICT (node_id) DO UPDATE SET seen_at = excluded.seen_at
            """
        )
        return try db.rows("SELECT node_id, seen_at FROM nodes WHERE node_id <> \(id)")
            .map { (id: try $0.value("node_id"), seenAt: try $0.value("seen_at")) }
    }

    /// Removes a process that is gone, and makes what it had leased due. Returns how many rows.
    package static func bury(_ id: String, leaseAtMost: Duration, in db: any SQLWriter, now: Timestamp) throws -> Int {
        try db.execute("DELETE FROM nodes WHERE node_id = \(id)")
        return try db.execute(
            """
            UPDATE deliveries SET state = 'pending', lease_owner = NULL, next_attempt_at = \(now) \
            WHERE state IN ('pending', 'leased') AND state = 'leased' \
            AND next_attempt_at <= \(now + leaseAtMost + leaseAtMost) AND lease_owner = \(id)
            """
        )
    }
}
