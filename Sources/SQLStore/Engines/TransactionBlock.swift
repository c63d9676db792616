internal import Synchronization

/// A read or write block on its way through an engine: run once or more often, answered exactly once.
protocol TransactionBlock: AnyObject, Sendable {
    var writes: Bool { get }
    var submitted: ContinuousClock.Instant { get }
    /// Runs the closure and keeps its result; a later run replaces it.
    func run(on writer: any SQLWriter) throws
    /// The kept result is final.
    func succeed()
    func fail(_ error: any Error)
}

extension TransactionBlock {
    func answer(_ error: (any Error)?) {
        if let error { fail(error) } else { succeed() }
    }
}

/// The block of one caller.
final class CallerBlock<R: Sendable>: TransactionBlock {
    let writes: Bool
    let submitted = ContinuousClock.now
    private let body: @Sendable (any SQLWriter) throws -> R
    private let caller: CheckedContinuation<R, any Error>
    private let result = Mutex<R?>(nil)

    init(
        writes: Bool, caller: CheckedContinuation<R, any Error>,
        body: @escaping @Sendable (any SQLWriter) throws -> R
    ) {
        self.writes = writes
        self.caller = caller
        self.body = body
    }

    func run(on writer: any SQLWriter) throws {
        let value = try body(writer)
        result.withLock { $0 = value }
    }

    func succeed() {
        guard let value = result.withLock({ $0 }) else { preconditionFailure("answered before it was run") }
        caller.resume(returning: value)
    }

    func fail(_ error: any Error) {
        caller.resume(throwing: error)
    }
}

/// What the two engines have in common.
protocol DatabaseEngine: Sendable {
    var kind: SQLEngineKind { get }
    var counters: DatabaseCounters { get }
    /// Blocks that no thread has taken up yet.
    var waiting: Int { get }
    /// Takes the block and answers it sometime.
    func submit(_ block: any TransactionBlock)
    func backup(to path: String) async throws
    /// Serves what was submitted, then ends.
    func close() async
    /// As `close`, without waiting.
    func abandon()
}

/// Counts since opening.
final class DatabaseCounters: Sendable {
    let commits = Atomic<Int>(0)
    let writes = Atomic<Int>(0)
    let reconnections = Atomic<Int>(0)
}
