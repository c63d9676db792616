package import ExeuntProvider
import Logging
import OpenIDTypes
package import SQLStore
import ServiceLifecycle

/// A whole provider on a loopback port, with a clock that a test moves, for as long as a test's body runs.
package struct TestProvider: Sendable {
    package let parts: ProviderParts
    package let provider: Provider
    package let clock: ManualClock

    package var issuer: String { parts.configuration.issuer.text }
    package func url(_ path: String) -> String { parts.configuration.issuer.url(path) }

    /// Starts it, runs `body`, and stops it.
    ///
    /// - Parameters:
    ///   - database: in memory unless a test needs a file or PostgreSQL.
    ///   - services: false runs the HTTP server alone, so that the test decides when deliveries go (`drainOnce`).
    package static func run<R: Sendable>(
        database: DatabaseLocation = .memory,
        clock: ManualClock = ManualClock(),
        services: Bool = false,
        configure: (inout ProviderConfiguration) -> Void = { _ in },
        _ body: @Sendable (TestProvider) async throws -> R
    ) async throws -> R {
        let port = try FreePort.find()
        var configuration = ProviderConfiguration(
            issuer: try Issuer("http://localhost:\(port)"),
            database: database,
            masterKey: .bytes([UInt8](repeating: 7, count: 32))
        )
        configuration.listen = ListenAddress(host: "127.0.0.1", port: port)
        configuration.development = true
        configure(&configuration)
        var substitutes = ProviderParts.Substitutes()
        substitutes.signingKeys = try TestKeys.all()
        substitutes.passwordParameters = PasswordParameters(memory: 8, iterations: 1, lanes: 1)
        let logger = Logger(label: "exeunt.test") { _ in SwiftLogNoOpLogHandler() }
        let parts = try await ProviderParts.open(
            configuration: configuration,
            clock: clock,
            logger: logger,
            substitutes: substitutes
        )
        let test = TestProvider(parts: parts, provider: Provider(parts: parts), clock: clock)
        return try await test.serve(allServices: services, body)
    }

    private func serve<R: Sendable>(
        allServices: Bool,
        _ body: @Sendable (TestProvider) async throws -> R
    ) async throws -> R {
        let (started, signal) = AsyncStream<Void>.makeStream()
        let onListening: @Sendable (Int) async -> Void = { _ in signal.finish() }
        let running: [any Service] =
            allServices
            ? try provider.services(onListening: onListening)
            : [
                try HTTPService(
                    responder: provider.responder,
                    configuration: parts.configuration,
                    logger: parts.logger,
                    onListening: onListening
                )
            ]
        let group = ServiceGroup(configuration: .init(services: running, logger: parts.logger))
        let result = try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { signal.finish() }
                try await group.run()
            }
            for await _ in started {}
            do {
                let result = try await body(self)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return result
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
        }
        if !allServices { await parts.database.close() }
        return result
    }
}
