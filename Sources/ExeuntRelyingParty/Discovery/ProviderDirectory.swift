import HTTPTypes
import OpenIDTypes
import OutgoingHTTP
import Synchronization

/// What the provider says of itself: its endpoints (Discovery §4) and its keys, each fetched once and kept.
///
/// Keys are fetched again when a token names one that is not known, at most once a minute, so that a forged `kid`
/// cannot make the application hammer its provider.
package final class ProviderDirectory: Sendable {
    /// The endpoints that this kit uses.
    package struct Endpoints: Sendable {
        package let authorization: String
        package let token: String
        package let endSession: String?
        package let keySet: String
    }

    private struct State {
        var endpoints: Endpoints?
        var keys: JSONValue?
        var fetched: ContinuousClock.Instant?
    }

    private static let refetch = Duration.seconds(60)

    private let issuer: String
    private let client: OutgoingClient
    private let state = Mutex(State())

    package init(issuer: String, client: OutgoingClient) {
        self.issuer = issuer
        self.client = client
    }

    package func endpoints() async throws -> Endpoints {
        if let known = state.withLock({ $0.endpoints }) { return known }
        let document = try await json(issuer + "/.well-known/openid-configuration")
        // Discovery §4.3: the issuer must be the one that was asked.
        guard document["issuer"]?.string == issuer,
            let authorization = document["authorization_endpoint"]?.string,
            let token = document["token_endpoint"]?.string,
            let keySet = document["jwks_uri"]?.string
        else { throw RelyingPartyError(.provider, "the discovery document is not this issuer's, or lacks an endpoint") }
        let endpoints = Endpoints(
            authorization: authorization,
            token: token,
            endSession: document["end_session_endpoint"]?.string,
            keySet: keySet
        )
        state.withLock { $0.endpoints = endpoints }
        return endpoints
    }

    /// The provider's keys; fetched again if none of those kept is called `kid`.
    package func keys(containing kid: String?) async throws -> JSONValue {
        let (kept, fetched) = state.withLock { ($0.keys, $0.fetched) }
        if let kept, let fetched {
            let known = kept["keys"]?.array?.contains { kid == nil || $0["kid"]?.string == kid } ?? false
            if known || ContinuousClock.now - fetched < Self.refetch { return kept }
        }
        let keys = try await json(try await endpoints().keySet)
        state.withLock {
            $0.keys = keys
            $0.fetched = .now
        }
        return keys
    }

    private func json(_ address: String) async throws -> JSONValue {
        do {
            let url = try OutgoingURL(address)
            let response = try await client.send(OutgoingRequest(method: .get, url: url))
            guard response.status == 200, !response.bodyTruncated else {
                throw RelyingPartyError(.provider, "\(address) answered \(response.status)")
            }
            return try JSONValue.parse(response.body)
        } catch let failure as OutgoingFailure {
            throw RelyingPartyError(.provider, "\(address): \(failure.summary)")
        } catch let refusal as OutgoingRefusal {
            throw RelyingPartyError(.provider, "\(address): \(refusal)")
        } catch is JSONRefusal {
            throw RelyingPartyError(.provider, "\(address) did not answer with JSON")
        }
    }
}
