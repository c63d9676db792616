import ForeignKeys
import HTTPTypes
package import OpenIDTypes
package import OutgoingHTTP
import Synchronization

/// The keys by which clients prove who they are: registered in the record, or fetched from their `jwks_uri` and kept.
package final class ClientKeySource: Sendable {
    /// A key set is fetched again for a `kid` that it does not have, but not more often than this: otherwise anybody
    /// could make us knock at a client's door with invented `kid`s.
    static let refetchAfter: Duration = .seconds(60)
    /// How long a set is believed without looking: a client that withdraws a key is heeded after this.
    static let freshFor: Duration = .seconds(3600)
    private static let capacity = 1000

    private struct Entry {
        var keys: JSONValue?
        var fetchedAt: Timestamp
        /// Beginning of the present minute of attempts, and how many there were.
        var attemptedAt: Timestamp
        var attempts: Int
    }

    /// Attempts per `refetchAfter` while nothing has ever been fetched: requests that come together need not wait for
    /// each other, and an address that does not answer is not hammered.
    private static let coldAttempts = 4

    private let fetch: @Sendable (String) async -> JSONValue?
    private let entries = Mutex<[String: Entry]>([:])

    /// Fetches by the guarded client.
    package convenience init(outgoing: OutgoingClient) {
        self.init { address in
            guard let url = try? OutgoingURL(address),
                let response = try? await outgoing.send(OutgoingRequest(method: .get, url: url)),
                response.status == 200, !response.bodyTruncated,
                let keys = try? JSONValue.parse(response.body), keys["keys"]?.array != nil
            else { return nil }
            return keys
        }
    }

    /// - Parameter fetch: the key set at an address; nil if there is none to be had.
    package init(fetch: @escaping @Sendable (String) async -> JSONValue?) {
        self.fetch = fetch
    }

    /// The claims if the client signed the token with one of these algorithms; nil otherwise.
    package func verify(
        _ jws: CompactJWS, of client: Client, allowed: [SigningAlgorithm], now: Timestamp
    ) async throws -> JSONValue? {
        if let keys = client.metadata.jwks {
            return try await ForeignKeySet.verify(jws, keys: keys, allowed: allowed)
        }
        guard let address = client.metadata.jwksURI else { return nil }
        guard let keys = await keys(at: address, containing: jws.keyID, now: now) else { return nil }
        return try await ForeignKeySet.verify(jws, keys: keys, allowed: allowed)
    }

    private func keys(at address: String, containing kid: String?, now: Timestamp) async -> JSONValue? {
        let (kept, mayFetch) = entries.withLock { Self.look(for: kid, at: address, in: &$0, now) }
        guard mayFetch, let keys = await fetch(address) else { return kept }
        entries.withLock { $0[address] = Entry(keys: keys, fetchedAt: now, attemptedAt: now, attempts: 1) }
        return keys
    }

    private static func look(
        for kid: String?, at address: String, in entries: inout [String: Entry], _ now: Timestamp
    ) -> (keys: JSONValue?, mayFetch: Bool) {
        if entries[address] == nil, entries.count >= capacity { entries.removeAll(keepingCapacity: true) }
        var entry = entries[address] ?? Entry(keys: nil, fetchedAt: now, attemptedAt: now, attempts: 0)
        if let keys = entry.keys, contains(kid, in: keys), now < entry.fetchedAt + freshFor { return (keys, false) }
        if now >= entry.attemptedAt + refetchAfter {
            entry.attemptedAt = now
            entry.attempts = 0
        }
        let mayFetch = entry.attempts < (entry.keys == nil ? coldAttempts : 1)
        if mayFetch { entry.attempts += 1 }
        entries[address] = entry
        return (entry.keys, mayFetch)
    }

    private static func contains(_ kid: String?, in keys: JSONValue) -> Bool {
        guard let kid else { return true }
        return keys["keys"]?.array?.contains { $0["kid"]?.string == kid } ?? false
    }
}
