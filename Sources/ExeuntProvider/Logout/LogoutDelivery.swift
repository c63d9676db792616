package import OpenIDTypes
import SQLStore

/// How an application is told.
package enum LogoutChannel: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLReadable {
    case backchannel, frontchannel
    /// It registered no address, or did not want to hear of this.
    case none
}

/// Telling one application of one logout, as a state machine: pending → leased → delivered · refused · pending again, later
/// · abandoned. It knows no clock and no network; it is told what happened, and says what to do.
package struct LogoutDelivery: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLReadable {
        case pending
        /// A worker has it until its lease ends; then anybody may take it.
        case leased
        case delivered
        /// 400: the application understood and will not. Final, and a warning to the operator.
        case refused
        /// The horizon passed.
        case abandoned
        // The browser's channel: asked once, never confirmed.
        case awaitingBrowser = "awaiting_browser"
        case asked
        case notAsked = "not_asked"
        case noAddress = "no_address"
        case switchedOff = "switched_off"
    }

    /// What one attempt brought.
    package enum Answer: Sendable, Hashable {
        /// A status; what `Retry-After` asked for; the `error` of a 400's body if it was a plain code.
        case status(Int, retryAfter: Duration? = nil, error: String? = nil)
        /// No status: refused by the address policy, unreachable, too slow … in one sentence.
        case failure(String)
    }

    /// What follows from it.
    package enum Action: Sendable, Hashable {
        case confirm
        case refuse(String)
        case retry(at: Timestamp, String)
        case abandon(String)

        /// What it is counted as.
        package var name: String {
            switch self {
            case .confirm: "confirmed"
            case .refuse: "refused"
            case .retry: "retry"
            case .abandon: "abandoned"
            }
        }
    }

    package private(set) var state: State
    /// Attempts that were made, by whichever node.
    package private(set) var attempts: Int
    /// After this moment no failure leads to another attempt.
    package let giveUpAt: Timestamp

    package init(state: State = .pending, attempts: Int = 0, giveUpAt: Timestamp) {
        self.state = state
        self.attempts = attempts
        self.giveUpAt = giveUpAt
    }

    /// A worker takes it. False if it is not to be had.
    package mutating func lease(leaseIsOver: Bool = false) -> Bool {
        guard state == .pending || (state == .leased && leaseIsOver) else { return false }
        state = .leased
        return true
    }

    /// The answer was read: the only place at which a delivery is settled.
    /// - Parameter chance: from 0 to 1, for the jitter.
    package mutating func settle(_ answer: Answer, at now: Timestamp, _ settings: DeliverySettings, chance: Double)
        -> Action
    {
        attempts += 1
        let action = follow(answer, at: now, settings, chance: chance)
        switch action {
        case .confirm: state = .delivered
        case .refuse: state = .refused
        case .retry: state = .pending
        case .abandon: state = .abandoned
        }
        return action
    }

    private func follow(
        _ answer: Answer, at now: Timestamp, _ settings: DeliverySettings, chance: Double
    ) -> Action {
        let sentence: String
        var wait = Self.backOff(after: attempts, settings, chance: chance)
        switch answer {
        // Back-Channel Logout §2.8; a receiver that answers 204 means the same.
        case .status(200, _, _), .status(204, _, _): return .confirm
        case .status(400, _, let error): return .refuse("answered 400" + (error.map { " (\($0))" } ?? ""))
        case .status(let status, let asked, _):
            sentence = Self.sentence(for: status)
            // An application may ask for more time than we would give it, but not for ever.
            if let asked { wait = max(wait, min(asked, settings.maximumRetry)) }
        case .failure(let text): sentence = text
        }
        let next = now + wait
        return next < giveUpAt ? .retry(at: next, sentence) : .abandon(sentence)
    }

    private static func sentence(for status: Int) -> String {
        switch status {
        case 201..<300: "answered \(status); only 200 and 204 confirm a logout"
        case 300..<400: "answered \(status); redirects are not followed"
        default: "answered \(status)"
        }
    }

    /// 1 s, 2 s, 4 s … up to an hour, each up to a quarter shorter or longer, so that what failed together does not come
    /// back together.
    package static func backOff(after attempts: Int, _ settings: DeliverySettings, chance: Double) -> Duration {
        let doublings = min(max(attempts - 1, 0), 30)
        let plain = settings.firstRetry.milliseconds << Int64(doublings)
        let bounded = Double(min(plain, settings.maximumRetry.milliseconds))
        return .milliseconds(min(Int64(bounded * (0.75 + 0.5 * chance)), settings.maximumRetry.milliseconds))
    }
}
