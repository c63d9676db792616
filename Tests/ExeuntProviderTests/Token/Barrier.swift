import ExeuntProvider
import Synchronization

/// Holds the first request that comes to a step, so that something else can happen meanwhile.
final class Barrier: Sendable {
    private let step: TokenStep
    private let isArmed = Mutex(false)
    private let arrivals = AsyncStream.makeStream(of: Void.self)
    private let releases = AsyncStream.makeStream(of: Void.self)

    init(at step: TokenStep) { self.step = step }

    /// From now on, the next request is held.
    func arm() { isArmed.withLock { $0 = true } }

    func pause(_ step: TokenStep) async {
        let holds = isArmed.withLock { armed in
            guard armed, step == self.step else { return false }
            armed = false
            return true
        }
        guard holds else { return }
        arrivals.continuation.yield()
        for await _ in releases.stream { break }
    }

    /// Does `other` while the request of `body` is held.
    func around<R: Sendable>(
        _ body: @escaping @Sendable () async throws -> R, _ other: () async throws -> Void
    ) async throws -> Result<R, any Error> {
        arm()
        let task = Task { try await body() }
        for await _ in arrivals.stream { break }
        try await other()
        releases.continuation.yield()
        return await task.result
    }
}
