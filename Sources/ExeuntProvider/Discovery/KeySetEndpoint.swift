import HTTPTypes
package import Hummingbird
package import OpenIDTypes
package import SQLStore

/// The public keys (RFC 7517 §5, Core §10.1): never a private member, a `kid`, `alg` and `use` on each.
package struct KeySetEndpoint: Endpoint {
    private let database: Database
    private let keys: KeyRing
    private let clock: any WallClock

    package init(database: Database, keys: KeyRing, clock: any WallClock) {
        self.database = database
        self.keys = keys
        self.clock = clock
    }

    package func mount(on router: Router<ProviderContext>) {
        router.get(RouterPath(ProviderMetadata.keySetPath)) { _, _ in try await answer() }
        CrossOrigin.mountPreflight(at: ProviderMetadata.keySetPath, methods: "GET", on: router)
    }

    private func answer() async throws -> Response {
        let now = clock.now
        let set = try await database.read { [keys] db in try keys.publicKeySet(in: db, now: now) }
        // Shorter than the time for which a new key is published before it signs (`KeyRing.lead`).
        let headers: HTTPFields = [.cacheControl: "public, max-age=120"]
        return CrossOrigin.readable(Answer.body(set, type: "application/json", noStore: false, headers: headers))
    }
}

extension KeySetEndpoint {
    package init(parts: ProviderParts) {
        self.init(database: parts.database, keys: parts.keys, clock: parts.clock)
    }
}
