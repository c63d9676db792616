import HTTPTypes
package import Logging
package import NIOCore
import NIOPosix
import NIOSSL

/// The guarded HTTP client: every request that leaves the provider or the relying-party kit goes through it.
///
/// It resolves once, checks every address, connects to a checked address and keeps Host, SNI and verification on the
/// name. A name of which any address is forbidden is refused as a whole: an honest name has no reason to
/// mix, and a partial answer would let the order decide. It never follows redirects, sends no cookies, speaks
/// HTTP/1.1 with TLS 1.2 or later, and bounds head, body and time.
package final class OutgoingClient: Sendable {
    /// The authority file could not be used; the description names it.
    package struct AuthorityFileError: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Enough for dual-stacked hosts; more would let a name turn one attempt into many.
    private static let maximumAddresses = 4

    private let policy: AddressPolicy
    private let resolver: any HostResolver
    private let group: any EventLoopGroup
    private let keptConnections: KeptConnections
    private let connector: Connector
    private let logger: Logger

    /// - Parameters:
    ///   - policy: what may be contacted.
    ///   - caFile: PEM file with authorities trusted beside the system's (`outgoing.ca-file`).
    ///   - keptConnections: how many idle connections are kept, and for how long.
    /// - Throws: `AuthorityFileError`, or the TLS library's error if no context can be made.
    package init(
        policy: AddressPolicy,
        resolver: any HostResolver = SystemResolver(),
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        caFile: String? = nil,
        keptConnections: KeptConnections = KeptConnections(),
        logger: Logger
    ) throws {
        self.policy = policy
        self.resolver = resolver
        self.logger = logger
        self.keptConnections = keptConnections
        group = eventLoopGroup
        let pool = ConnectionPool(
            maximumPerKey: keptConnections.maximumPerOrigin, maximumTotal: keptConnections.maximumTotal
        )
        connector = Connector(tls: try Self.makeContext(caFile: caFile), pool: pool)
    }

    /// Sends `request` and reads the answer; cancellation closes the connection.
    package func send(
        _ request: OutgoingRequest, limits: OutgoingLimits = OutgoingLimits()
    ) async throws(OutgoingFailure) -> OutgoingResponse {
        let started = NIODeadline.now()
        guard !connector.pool.isShutDown else { throw .shutDown }
        if let refusal = RequestWriter.refusal(for: request) ?? policy.targetRefusal(for: request.url) {
            throw refused(refusal, request.url)
        }
        let addresses = try await checkedAddresses(of: request.url, within: limits.deadline)
        let keepAlive = request.isRepeatable && keptConnections.maximumPerOrigin > 0
        let plan = Exchange.Plan(
            request: request,
            limits: limits,
            addresses: addresses,
            started: started,
            resolved: .now(),
            deadline: started + TimeAmount(limits.deadline),
            keepAlive: keepAlive,
            idle: TimeAmount(keptConnections.idle)
        )
        let kept = keepAlive ? connector.pool.take(origin: request.url.origin, addresses: addresses) : nil
        let exchange = Exchange(plan, connector: connector, eventLoop: kept?.eventLoop ?? group.any())
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                exchange.start(on: kept) { continuation.resume(returning: $0) }
            }
        } onCancel: {
            exchange.cancel()
        }
        return try outcome.get()
    }

    /// Closes idle connections and refuses new requests. Requests under way end by themselves, by their deadline at
    /// the latest, and their connections are not kept.
    package func shutdown() async {
        for connection in connector.pool.drain() {
            connection.eventLoop.execute { connection.close() }
        }
    }
}

extension OutgoingClient {
    private func checkedAddresses(
        of url: OutgoingURL, within deadline: Duration
    ) async throws(OutgoingFailure) -> [SocketAddress] {
        if let known = policy.knownAddresses(of: url) {
            // Literal addresses were checked with the URL, loopback is filtered by the policy.
            return known.map { $0.socketAddress(port: url.port) }
        }
        let resolved = try await resolve(url, within: deadline)
        guard !resolved.isEmpty else { throw refused(.noAddress, url) }
        var checked: [SocketAddress] = []
        for socketAddress in resolved {
            guard let address = IPAddress(socketAddress) else { throw refused(.noAddress, url) }
            if let refusal = policy.refusal(for: address) { throw refused(refusal, url) }
            // The port is ours, whatever a resolver says.
            let target = address.socketAddress(port: url.port)
            if checked.count < Self.maximumAddresses, !checked.contains(target) { checked.append(target) }
        }
        return checked
    }

    private func resolve(
        _ url: OutgoingURL, within deadline: Duration
    ) async throws(OutgoingFailure) -> [SocketAddress] {
        let resolver = self.resolver
        let outcome: Result<[SocketAddress], OutgoingFailure> = await withTaskGroup(
            of: Result<[SocketAddress], OutgoingFailure>.self
        ) { group in
            group.addTask {
                do {
                    return .success(try await resolver.addresses(of: url.host, port: url.port))
                } catch let error as ResolutionError {
                    return .failure(.resolve(error.description))
                } catch {
                    return .failure(.resolve("the resolver failed"))
                }
            }
            group.addTask {
                try? await Task.sleep(for: deadline)
                return .failure(.timeout(phase: .resolve))
            }
            let first = await group.next() ?? .failure(.cancelled)
            group.cancelAll()
            return first
        }
        if Task.isCancelled { throw .cancelled }
        return try outcome.get()
    }

    private func refused(_ refusal: OutgoingRefusal, _ url: OutgoingURL) -> OutgoingFailure {
        // Path and query stay out of the log: they may carry secrets.
        logger.notice("outgoing request refused", metadata: ["origin": "\(url.origin)", "reason": "\(refusal.id)"])
        return .refused(refusal)
    }

    private static func makeContext(caFile: String?) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        configuration.shutdownTimeout = .seconds(1)
        if let caFile {
            let certificates: [NIOSSLCertificate]
            do {
                certificates = try NIOSSLCertificate.fromPEMFile(caFile)
            } catch {
                throw AuthorityFileError(description: "\(caFile) cannot be read as PEM certificates")
            }
            guard !certificates.isEmpty else {
                throw AuthorityFileError(description: "\(caFile) contains no certificate")
            }
            configuration.additionalTrustRoots = [.certificates(certificates)]
        }
        return try NIOSSLContext(configuration: configuration)
    }
}
