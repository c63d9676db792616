package import OpenIDTypes
import SQLStore

/// `exeunt deliveries resend`: an operator has put an application right, and does not want to wait for the next attempt.
package struct DeliveryResend: Sendable {
    package struct Outcome: Sendable, Hashable {
        package let count: Int
        /// Whether a server is there to send.
        package let isServed: Bool
    }

    private let administration: Administration

    package init(_ administration: Administration) { self.administration = administration }

    /// Throws an ``AdministrationRefusal`` for a delivery that is not there or cannot be sent again.
    package func one(_ id: DeliveryID, actor: String) async throws -> Outcome {
        let (deliveries, now) = (administration.deliveries, administration.clock.now)
        return try await administration.database.write { db in
            guard let found = try deliveries.find(id, in: db) else {
                throw AdministrationRefusal("There is no delivery \"\(id.rawValue.prefix(140))\".")
            }
            guard found.channel == .backchannel else {
                throw AdministrationRefusal(
                    "\(found.clientName) is not told by its server; only back-channel deliveries can be sent again."
                )
            }
            guard try deliveries.resend(id, in: db, now: now) else {
                throw AdministrationRefusal("This delivery is being sent at this moment.")
            }
            try AuditTrail.record(actor: actor, action: "delivery.resent", object: id.rawValue, in: db, now: now)
            return Outcome(count: 1, isServed: try ServerPresence.isRunning(in: db, now: now))
        }
    }

    /// Also for a removed client, which must still be told.
    package func all(of client: ClientID, actor: String) async throws -> Outcome {
        let (deliveries, registry, now) = (
            administration.deliveries, administration.registry, administration.clock.now
        )
        return try await administration.database.write { db in
            guard try registry.findIncludingRemoved(client, in: db) != nil else {
                throw AdministrationRefusal("There is no client \"\(client.rawValue.prefix(140))\".")
            }
            let count = try deliveries.resend(client: client, in: db, now: now)
            try AuditTrail.record(actor: actor, action: "delivery.resent", object: client.rawValue, in: db, now: now)
            return Outcome(count: count, isServed: try ServerPresence.isRunning(in: db, now: now))
        }
    }
}
