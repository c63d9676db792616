internal import Glibc
internal import Synchronization

/// A few dedicated threads. Both engines block, so neither may run on the cooperative pool.
final class DatabaseThreads: Sendable {
    private struct State {
        var running = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let state = Mutex(State())

    /// Starts a thread; `name` has at most 15 bytes. Throws if the system refuses another one.
    func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws {
        state.withLock { $0.running += 1 }
        let holder = Unmanaged.passRetained(
            Body { [self] in
                Self.rename(name)
                body()
                ended()
            }
        )
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            },
            holder.toOpaque()
        )
        guard code == 0 else {
            holder.release()
            ended()
            throw SQLError.unavailable("the system refuses to start a thread: \(String(cString: strerror(code)))")
        }
    }

    /// Returns when every thread that was started has ended.
    func allEnded() async {
        await withCheckedContinuation { continuation in
            let none = state.withLock { state in
                if state.running > 0 { state.waiters.append(continuation) }
                return state.running == 0
            }
            if none { continuation.resume() }
        }
    }

    /// For `top -H` and debuggers; `pthread_setname_np` is not among what Swift imports. Failing is harmless.
    private static func rename(_ name: String) {
        guard let file = fopen("/proc/thread-self/comm", "w") else { return }
        fputs(name, file)
        fclose(file)
    }

    private func ended() {
        let waiters = state.withLock { state in
            state.running -= 1
            guard state.running == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// Hands a value that is not Sendable to the one thread that will use it.
///
/// Proof of `@unchecked Sendable`: whoever makes a `Handover` gives up the value in the same statement, exactly one
/// thread takes it, and `pthread_create` orders the two.
struct Handover<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}
