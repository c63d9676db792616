import HTTPTypes
import OpenIDTypes
import OutgoingHTTP
import Synchronization

/// What the provider says of itself: its endpoints (Discovery §4) and its keys, each fetched when needed and kept.
///
/// Keys are fetched again once an hour, so that a withdrawn key is forgotten, and when a token names one that is not
/// known: then at most every ten seconds, so that forged `kid`s cannot make the application hammer its provider.
final class ProviderDirectory: Sendable {
    private struct Kept<Value: Sendable>: Sendable {
        let value: Value
        let since: Timestamp
    }

    private struct State {
        var endpoints: Kept<ProviderEndpoints>?
        var keys: Kept<JSONValue>?
    }

    static let lifetime = Duration.seconds(3600)
    static let pause = Duration.seconds(10)

    private let configuration: RelyingPartyConfiguration
    private let client: OutgoingClient
    private let clock: any WallClock
    private let state = Mutex(State())

    init(_ configuration: RelyingPartyConfiguration, client: OutgoingClient, clock: any WallClock) {
        self.configuration = configuration
        self.client = client
        self.clock = clock
    }

    func endpoints() async throws -> ProviderEndpoints {
        let now = clock.now
        if let kept = state.withLock({ $0.endpoints }), isFresh(kept, at: now) { return kept.value }
        // Discovery §4.1: a slash at the issuer's end is removed before the path is added.
        let base = configuration.issuer.hasSuffix("/") ? String(configuration.issuer.dropLast()) : configuration.issuer
        let document = try await json(base + "/.well-known/openid-configuration")
        let endpoints = try ProviderEndpoints(document, configuration)
        state.withLock { $0.endpoints = Kept(value: endpoints, since: now) }
        return endpoints
    }

    /// The provider's keys; fetched again if none of those kept is called `kid`.
    func keys(containing kid: String?) async throws -> JSONValue {
        let now = clock.now
        if let kept = state.withLock({ $0.keys }), isFresh(kept, at: now) {
            let isKnown = kept.value["keys"]?.array?.contains { kid == nil || $0["kid"]?.string == kid } ?? false
            if isKnown || now - kept.since < Self.pause { return kept.value }
        }
        let keys = try await json(try await endpoints().keySet)
        state.withLock { $0.keys = Kept(value: keys, since: now) }
        return keys
    }

    /// A clock that was set back makes nothing fresh.
    private func isFresh(_ kept: Kept<some Sendable>, at now: Timestamp) -> Bool {
        kept.since <= now && now - kept.since < Self.lifetime
    }

    private func json(_ address: String) async throws(RelyingPartyError) -> JSONValue {
        do {
            let response = try await client.send(OutgoingRequest(method: .get, url: try OutgoingURL(address)))
            guard response.status == 200, !response.bodyTruncated else {
                throw RelyingPartyError(.provider, "\(address) answered \(response.status)")
            }
            return try JSONValue.parse(response.body)
        } catch {
            throw RelyingPartyError(provider: error, at: address)
        }
    }
}

extension RelyingPartyError {
    /// Every way in which talking to the provider can fail, in words.
    init(provider error: any Error, at address: String) {
        switch error {
        case let error as RelyingPartyError: self = error
        case let failure as OutgoingFailure: self.init(.provider, "\(address): \(failure.summary)")
        case let refusal as OutgoingRefusal: self.init(.provider, "\(address): \(refusal.summary)")
        default: self.init(.provider, "\(address) did not answer with JSON")
        }
    }
}
