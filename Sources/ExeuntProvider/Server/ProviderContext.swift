package import Hummingbird
package import Logging
import NIOCore
package import OutgoingHTTP

/// What is known of a request apart from the request itself: who is at the other end of the connection.
package struct ProviderContext: RequestContext {
    package var coreContext: CoreRequestContextStorage

    /// The other end of the TCP connection: a browser, or a reverse proxy. Nil for a Unix socket.
    package let peer: IPAddress?

    /// The browser or application that asks. It differs from `peer` only behind a trusted proxy (`TrustedProxies`).
    package var client: IPAddress?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress.flatMap { IPAddress($0) }
        client = peer
    }

    /// For a request that did not come in by a socket: the in-process test client.
    package init(peer: IPAddress?, logger: Logger) {
        coreContext = CoreRequestContextStorage(source: InProcessSource(logger: logger))
        self.peer = peer
        client = peer
    }

    /// The client's address as text, for sessions, throttling and logs; `unknown` where there is none.
    package var clientAddress: String { client?.description ?? "unknown" }

    /// No request body of ours is larger (`Request.formParameters()`); Hummingbird's own decoders obey it too.
    package var maxUploadSize: Int { RequestLimits.body }

    private struct InProcessSource: RequestContextSource {
        let logger: Logger
    }
}
