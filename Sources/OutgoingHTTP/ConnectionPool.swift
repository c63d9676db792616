import NIOCore
import Synchronization

/// Idle connections, few and briefly: enough for a fan-out onto one origin, not enough to hold an application's sockets.
final class ConnectionPool: Sendable {
    private struct State {
        var idle: [Connection.Key: [Connection]] = [:]
        var count = 0
        var isShutDown = false
    }

    private let maximumPerKey: Int
    private let maximumTotal: Int
    private let state = Mutex(State())

    init(maximumPerKey: Int, maximumTotal: Int) {
        self.maximumPerKey = maximumPerKey
        self.maximumTotal = maximumTotal
    }

    var isShutDown: Bool { state.withLock { $0.isShutDown } }

    /// The most recently used idle connection to one of `addresses`, no longer in the pool.
    func take(origin: String, addresses: [SocketAddress]) -> Connection? {
        state.withLock { state in
            guard state.count > 0 else { return nil }
            for address in addresses {
                let key = Connection.Key(origin: origin, address: address)
                guard var list = state.idle.removeValue(forKey: key), let connection = list.popLast() else { continue }
                if !list.isEmpty { state.idle[key] = list }
                state.count -= 1
                return connection
            }
            return nil
        }
    }

    /// False when there is no room; the connection is then the caller's to close.
    func put(_ connection: Connection) -> Bool {
        state.withLock { state in
            let count = state.idle[connection.key]?.count ?? 0
            guard !state.isShutDown, state.count < maximumTotal, count < maximumPerKey else { return false }
            state.idle[connection.key, default: []].append(connection)
            state.count += 1
            return true
        }
    }

    func remove(_ connection: Connection) {
        state.withLock { state in
            guard state.count > 0, let index = state.idle[connection.key]?.firstIndex(where: { $0 === connection })
            else {
                return
            }
            state.idle[connection.key]?.remove(at: index)
            if state.idle[connection.key]?.isEmpty == true { state.idle[connection.key] = nil }
            state.count -= 1
        }
    }

    /// Closes the pool for good and hands out what was idle.
    func drain() -> [Connection] {
        state.withLock { state in
            let all = state.idle.values.flatMap { $0 }
            state = State(isShutDown: true)
            return all
        }
    }
}
