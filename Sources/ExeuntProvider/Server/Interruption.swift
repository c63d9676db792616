import Synchronization

/// Lets somebody else cancel one piece of work, without the task around it.
final class Interruption: Sendable {
    /// Proof of `@unchecked Sendable`: the task is only cancelled, which every thread may do, and only between `begin` and
    /// `end`, under the lock that `end` takes before the task can be over.
    private struct Running: @unchecked Sendable {
        let task: UnsafeCurrentTask
    }

    private struct State {
        var running: Running?
        var isInterrupted = false
    }

    private let state = Mutex(State())

    /// Whether somebody did. The work may have come to its end all the same.
    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    func interrupt() {
        state.withLock { state in
            state.isInterrupted = true
            state.running?.task.cancel()
        }
    }

    /// Runs the work as a child task. It begins on this thread: most work is done before it first waits.
    func guarding<R: Sendable>(_ work: @escaping @Sendable () async throws -> R) async throws -> R {
        try await withThrowingTaskGroup(of: R.self) { group in
            group.addImmediateTask {
                try await withUnsafeCurrentTask { task in
                    if let task { self.begin(Running(task: task)) }
                    defer { self.end() }
                    return try await work()
                }
            }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }

    private func begin(_ running: Running) {
        state.withLock { state in
            state.running = running
            if state.isInterrupted { running.task.cancel() }
        }
    }

    private func end() {
        state.withLock { $0.running = nil }
    }
}
