import ServiceLifecycle

/// Something that needs no running, only closing: when its turn comes among the services that stop.
package struct ClosingService: Service {
    private let close: @Sendable () async -> Void

    package init(close: @escaping @Sendable () async -> Void) { self.close = close }

    package func run() async throws {
        // Cancellation, after a failure or when the time to drain is over, closes too.
        try? await gracefulShutdown()
        await close()
    }
}
