import HTTPTypes
package import Hummingbird
import Logging
import OpenIDTypes
import SQLStore

/// For load balancers and supervisors: `/health/live` says that the process answers, `/health/ready` that it should be
/// sent requests.
package struct HealthEndpoint: Endpoint {
    private let parts: ProviderParts

    package init(parts: ProviderParts) { self.parts = parts }

    package func mount(on router: Router<ProviderContext>) {
        router.get("health/live") { _, _ in Answer.json(["status": "up"]) }
        router.get("health/ready") { _, context in await ready(context) }
    }

    /// Names what is wrong, in one word; the cause is in the log.
    private func ready(_ context: ProviderContext) async -> Response {
        if parts.readiness.isDraining { return unready("draining") }
        do {
            let pending = try await parts.database.pendingMigrations(Schema.migrations)
            guard pending.isEmpty else { return unready("migrations") }
            let now = parts.clock.now
            let keys = parts.keys
            _ = try await parts.database.read { db in try keys.publicKeySet(in: db, now: now) }
        } catch {
            context.logger.warning("not ready", metadata: ["cause": "\(error)"])
            return unready("database")
        }
        return Answer.json(["status": "ready"])
    }

    private func unready(_ reason: String) -> Response {
        Answer.json(
            ["status": "unready", "reason": .string(reason)],
            status: .serviceUnavailable,
            headers: [.retryAfter: "5"]
        )
    }
}
