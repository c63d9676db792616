import ExeuntRelyingParty
import Synchronization

/// Logins that left for the provider and have not come back: bounded, the oldest forgotten first.
final class PendingLogins: Sendable {
    private static let limit = 10_000

    private struct State {
        var transactions: [String: LoginTransaction] = [:]
        var order: [String] = []
    }

    private let state = Mutex(State())

    /// The key goes into the browser's cookie; it is not the `state`, which travels in addresses.
    func keep(_ transaction: LoginTransaction) throws -> String {
        let key = LoginTransaction().state
        state.withLock { state in
            state.transactions[key] = transaction
            state.order.append(key)
            while state.order.count > Self.limit { state.transactions[state.order.removeFirst()] = nil }
        }
        return key
    }

    /// Gives a login out once.
    func take(_ key: String) -> LoginTransaction? {
        state.withLock { state in
            guard let transaction = state.transactions.removeValue(forKey: key) else { return nil }
            state.order.removeAll { $0 == key }
            return transaction
        }
    }
}
