import ExeuntRelyingParty
import Synchronization

/// Logins that left for the provider and have not come back: bounded, the oldest forgotten first.
final class PendingLogins: Sendable {
    private struct State {
        var transactions: [String: LoginTransaction] = [:]
        /// The keys in the order in which they came, also those that were taken.
        var keys: [String] = []
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int = 10_000) { self.limit = limit }

    /// The key goes into the browser's cookie; it is not the `state`, which travels in addresses.
    func keep(_ transaction: LoginTransaction) -> String {
        let key = LoginTransaction().state
        state.withLock { state in
            state.transactions[key] = transaction
            state.keys.append(key)
            guard state.keys.count > 2 * limit else { return }
            // The older half at once, so that a login costs the same whether many came before it or none.
            for old in state.keys.prefix(limit) { state.transactions[old] = nil }
            state.keys.removeFirst(limit)
        }
        return key
    }

    /// Gives a login out once.
    func take(_ key: String) -> LoginTransaction? {
        state.withLock { $0.transactions.removeValue(forKey: key) }
    }
}
