import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// The HTTP server as a service: plain, or with TLS 1.2 and later.
package struct HTTPService: Service {
    private let application: Application<ProviderResponder>
    private let address: ListenAddress

    /// - Throws: `StartFailure.tlsFiles`.
    package init(
        responder: ProviderResponder,
        configuration: ProviderConfiguration,
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void
    ) throws {
        address = configuration.listen
        application = Application(
            responder: responder,
            server: try Self.server(tls: configuration.tls),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                backlog: 1024
            ),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { await onListening(port) }
            },
            logger: logger
        )
    }

    package func run() async throws {
        do {
            try await application.run()
        } catch {
            throw StartFailure.binding(error, to: address) ?? error
        }
    }

    private static func server(tls files: TLSFiles?) throws -> HTTPServerBuilder {
        let http = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                idleTimeout: RequestLimits.idle,
                httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                    maxHeaderFieldSize: RequestLimits.headers,
                    maxHeaderListSize: RequestLimits.headers,
                    maxHeaderFieldCount: RequestLimits.headerCount
                )
            )
        )
        guard let files else { return http }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map(NIOSSLCertificateSource.certificate)
            let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain,
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return try .tls(http, tlsConfiguration: configuration)
        } catch {
            throw StartFailure.tlsFiles("\(files.certificate), \(files.key): \(error)")
        }
    }
}
