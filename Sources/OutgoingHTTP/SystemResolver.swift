import Glibc
package import NIOCore
import NIOPosix
import Synchronization

/// `getaddrinfo` on threads of its own, because it blocks for as long as a name server is silent.
///
/// Concurrent requests for one name share a lookup, so a name whose server hangs occupies one thread, however many
/// requests wait for it. Nothing is cached: the answer given is the answer checked.
package final class SystemResolver: HostResolver {
    private struct Key: Hashable {
        let host: String
        let port: Int
    }

    private typealias Waiter = CheckedContinuation<[SocketAddress], any Error>

    private struct State {
        var lookups: [Key: [UInt64: Waiter]] = [:]
        var nextID: UInt64 = 0
    }

    // Static, because threads outlive every client: a lookup cannot be interrupted.
    private static let threads: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 16)
        pool.start()
        return pool
    }()

    private let state = Mutex(State())

    package init() {}

    package func addresses(of host: String, port: Int) async throws -> [SocketAddress] {
        let key = Key(host: host, port: port)
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                join(key, id, waiter)
                // The handler below may have run before there was a waiter to remove.
                if Task.isCancelled { leave(key, id) }
            }
        } onCancel: {
            leave(key, id)
        }
    }

    private func join(_ key: Key, _ id: UInt64, _ waiter: Waiter) {
        let isFirst = state.withLock { state in
            let isFirst = state.lookups[key] == nil
            state.lookups[key, default: [:]][id] = waiter
            return isFirst
        }
        guard isFirst else { return }
        Self.threads.submit { [self] _ in
            let result = Result { try Self.lookUp(key.host, port: key.port) }
            let waiters = state.withLock { $0.lookups.removeValue(forKey: key) } ?? [:]
            for waiter in waiters.values { waiter.resume(with: result) }
        }
    }

    private func leave(_ key: Key, _ id: UInt64) {
        // An emptied entry stays until its lookup ends, so that newcomers do not start a second one beside it.
        let waiter = state.withLock { $0.lookups[key]?.removeValue(forKey: id) }
        waiter?.resume(throwing: CancellationError())
    }

    private static func lookUp(_ host: String, port: Int) throws -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else { throw ResolutionError(String(cString: gai_strerror(status))) }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = list
        while let entry = next {
            if let address = address(of: entry.pointee)?.socketAddress(port: port), !found.contains(address) {
                found.append(address)
            }
            next = entry.pointee.ai_next
        }
        return found
    }

    private static func address(of entry: addrinfo) -> IPAddress? {
        guard let start = entry.ai_addr else { return nil }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(entry.ai_addrlen))
        switch entry.ai_family {
        case AF_INET: return IPAddress(rawSocketAddress: bytes, family: .inet)
        case AF_INET6: return IPAddress(rawSocketAddress: bytes, family: .inet6)
        default: return nil
        }
    }
}
