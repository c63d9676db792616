import Logging
import OpenIDTypes
import SQLStore
import Synchronization

// Being one of several processes.
extension LogoutDispatcher {
    /// Seen within this time, another process is believed to be there.
    private static let presence = Duration.seconds(10)

    func keepBeating() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(2))
            if Task.isCancelled { return }
            await beat()
        }
    }

    /// Says that this process is there, and takes over from those that are certainly not.
    func beat() async {
        do {
            let (node, now) = (node, clock.now)
            let others = try await database.write { db in try node.beat(in: db, now: now) }
            let gone = others.filter { LogoutDispatcherNode.isGone($0.id) }.map(\.id)
            let present = others.contains { !gone.contains($0.id) && now - $0.seenAt < Self.presence }
            state.withLock { $0.hasOthers = present }
            guard !gone.isEmpty else { return }
            let taken = try await database.write { db in
                try gone.reduce(0) { sum, id in
                    sum + (try LogoutDispatcherNode.bury(id, leaseAtMost: Self.lease, in: db, now: now))
                }
            }
            if taken > 0 { nudge() }
        } catch {
            logger.error("this process cannot say that it is there", metadata: ["error": "\(error)"])
        }
    }

    /// The last word of an orderly end.
    func leave() async {
        let (id, now) = (node.id, clock.now)
        do {
            _ = try await database.write { db in
                try LogoutDispatcherNode.bury(id, leaseAtMost: Self.lease, in: db, now: now)
            }
        } catch {
            logger.error("this process cannot say that it has ended", metadata: ["error": "\(error)"])
        }
    }
}
