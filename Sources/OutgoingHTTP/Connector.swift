import NIOCore
import NIOPosix
import NIOSSL

/// Opens connections to addresses that were checked, and to nothing else: it never sees a resolver.
struct Connector: Sendable {
    let tls: NIOSSLContext
    let pool: ConnectionPool

    /// Starts connecting on `eventLoop`; the connection may be closed before `completion`, which runs on the loop.
    func connect(
        to address: SocketAddress,
        for url: OutgoingURL,
        timeout: TimeAmount,
        on eventLoop: any EventLoop,
        completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) -> Connection {
        let key = Connection.Key(origin: url.origin, address: address)
        let connection = Connection(key: key, eventLoop: eventLoop, pool: pool)
        ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if url.isSecure {
                        try pipeline.addHandler(securityHandler(for: url))
                    }
                    try pipeline.addHandler(connection)
                }
            }
            .connect(to: address)
            .whenComplete { completion($0.map { _ in }) }
        return connection
    }
    private func securityHandler(for url: OutgoingURL) throws -> NIOSSLClientHandler {
        // A literal address cannot be a server name (RFC 6066 §3); NIOSSL then verifies the peer's address itself.
        guard url.literal == nil else { return try NIOSSLClientHandler(context: tls, serverHostname: nil) }
        // The one way to look at the certificate before the first byte of the request is sent.
        let host = url.host
        return try NIOSSLClientHandler._makeSSLClientHandler(context: tls, serverHostname: host) {
            certificate, channel in
            channel.eventLoop.makeCompletedFuture { try CertificateNames.verify(certificate, host: host) }
        }
    }
}
