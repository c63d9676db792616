package import Hummingbird
import HummingbirdCore
import Logging
import OutgoingHTTP
import SQLStore
package import ServiceLifecycle
package import UnixSignals

/// The composition root: mounts the endpoints, and lists the services.
///
/// Read `Provider.docc/ReadingOrder.md` for where to go from here; the story of logout is in `Logout/Logout.swift`.
package final class Provider: Sendable {
    package let parts: ProviderParts
    /// Answers requests; the HTTP server and the in-process test client call it alike.
    package let responder: ProviderResponder

    package init(parts: ProviderParts) {
        self.parts = parts
        responder = ProviderResponder(
            routes: Self.router(parts).buildResponder(),
            errors: ErrorAnswers(pages: parts.pages),
            issuer: parts.configuration.issuer
        )
    }

    /// Every route, with what every request goes through first.
    package var router: Router<ProviderContext> { Self.router(parts) }

    private static func router(_ parts: ProviderParts) -> Router<ProviderContext> {
        let router = Router(context: ProviderContext.self, options: .autoGenerateHeadEndpoints)
        let isSecure = parts.configuration.issuer.isSecure
        let errors = ErrorAnswers(pages: parts.pages)
        // Outermost first. What stands before the faults sees every answer, also those to what was thrown.
        router.add(middleware: SecurityHeadersMiddleware(isSecure: isSecure))
        router.add(middleware: AccessLogMiddleware(trusted: parts.configuration.trustedProxies))
        router.add(middleware: FaultMiddleware(errors: errors))
        router.add(
            middleware: TrustedProxyMiddleware(trusted: parts.configuration.trustedProxies, issuerIsSecure: isSecure)
        )
        router.add(middleware: HostMiddleware())
        router.add(middleware: MethodMiddleware())
        for endpoint in endpoints(parts) { endpoint.mount(on: router) }
        MethodAnswers.complete(router, errors: errors)
        return router
    }

    private static func endpoints(_ parts: ProviderParts) -> [any Endpoint] {
        [
            DiscoveryEndpoint(parts: parts),
            KeySetEndpoint(parts: parts),
            AuthorizationEndpoint(parts: parts),
            LoginEndpoint(parts: parts),
            ConsentEndpoint(parts: parts),
            AccountSelectionEndpoint(parts: parts),
            TokenEndpoint(parts: parts),
            UserInfoEndpoint(parts: parts),
            IntrospectionEndpoint(parts: parts),
            RevocationEndpoint(parts: parts),
            EndSessionEndpoint(parts: parts),
            LogoutReceiptEndpoint(parts: parts),
            HealthEndpoint(parts: parts),
            AssetsEndpoint(parts: parts),
            HomeEndpoint(parts: parts),
        ]
    }

    /// What runs for as long as the provider does. They stop in reverse: no request is accepted once the process was
    /// told to stop, then the work stops, and what all of them use is closed at the end.
    ///
    /// - Parameter onListening: told the port that the server listens on, once it does.
    package func services(onListening: @escaping @Sendable (Int) async -> Void = { _ in }) throws -> [any Service] {
        let (database, outgoing, readiness) = (parts.database, parts.outgoing, parts.readiness)
        return [
            ClosingService { await database.close() },
            ClosingService { await outgoing.shutdown() },
            parts.dispatcher,
            SessionExpiry(
                database: database,
                termination: parts.termination,
                dispatcher: parts.dispatcher,
                clock: parts.clock,
                logger: parts.logger
            ),
            Retention(
                database: database, lifetimes: parts.configuration.lifetimes, clock: parts.clock, logger: parts.logger
            ),
            try HTTPService(
                responder: responder, configuration: parts.configuration, logger: parts.logger, onListening: onListening
            ),
            // First to stop: load balancers see it before connections are refused.
            ClosingService { readiness.drain() },
        ]
    }

    /// Runs until one of `signals` comes, or a service fails. SIGTERM drains; requests in flight finish.
    /// - Throws: `StartFailure` if the server cannot listen, or what a service failed with.
    package func run(
        signals: [UnixSignal] = [.sigterm, .sigint],
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        for warning in parts.configuration.warnings { parts.logger.warning("\(warning)") }
        var configuration = ServiceGroupConfiguration(
            services: try services(onListening: onListening),
            gracefulShutdownSignals: signals,
            logger: parts.logger
        )
        configuration.maximumGracefulShutdownDuration = RequestLimits.drain
        try await ServiceGroup(configuration: configuration).run()
    }
}
