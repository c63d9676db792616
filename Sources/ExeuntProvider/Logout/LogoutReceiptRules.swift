package import OpenIDTypes

/// What a receipt may honestly say, from what is written about each delivery.
package enum LogoutReceiptRules {
    /// One delivery, as far as the receipt is concerned.
    package struct Fact: Sendable, Hashable {
        package let client: ClientID
        package let name: String
        package let sid: SID
        package let channel: LogoutChannel
        package let state: LogoutDelivery.State
        package let lastError: String?
        package let attempts: Int
        package let keepsOffline: Bool
        package let tokenValidUntil: Timestamp?

        package init(
            client: ClientID, name: String, sid: SID, channel: LogoutChannel, state: LogoutDelivery.State,
            lastError: String? = nil, attempts: Int = 0, keepsOffline: Bool = false, tokenValidUntil: Timestamp? = nil
        ) {
            self.client = client
            self.name = name
            self.sid = sid
            self.channel = channel
            self.state = state
            self.lastError = lastError
            self.attempts = attempts
            self.keepsOffline = keepsOffline
            self.tokenValidUntil = tokenValidUntil
        }
    }

    package static func state(of delivery: LogoutDelivery.State) -> ReceiptState {
        switch delivery {
        case .pending, .leased: .pending
        case .delivered: .confirmed
        case .refused: .refused
        case .abandoned: .abandoned
        case .asked: .askedThroughBrowser
        // No frame has been shown, and after the browser has left none will be.
        case .awaitingBrowser, .notAsked: .notAskedNoBrowser
        case .noAddress: .noLogoutAddress
        case .switchedOff: .switchedOff
        }
    }

    /// One entry per application, by name. Its server's word counts for more than a frame; of several sessions the worst
    /// is told.
    package static func applications(_ facts: [Fact], now: Timestamp) -> [LogoutReceipt.Application] {
        Dictionary(grouping: facts, by: \.client).values
            .map { application(of: $0, now: now) }
            .sorted { ($0.name, $0.clientID.rawValue) < ($1.name, $1.clientID.rawValue) }
    }

    private static func application(of facts: [Fact], now: Timestamp) -> LogoutReceipt.Application {
        let told = Dictionary(grouping: facts, by: \.sid).values.compactMap { channels in
            channels.first { $0.channel == .backchannel } ?? channels.first
        }
        let worst = told.max { state(of: $0.state).severity < state(of: $1.state).severity } ?? facts[0]
        return LogoutReceipt.Application(
            clientID: worst.client,
            name: worst.name,
            state: state(of: worst.state),
            lastError: worst.lastError,
            tokenValidUntil: facts.compactMap(\.tokenValidUntil).filter { $0 > now }.max(),
            keepsOffline: facts.contains(where: \.keepsOffline),
            attempts: facts.reduce(0) { $0 + $1.attempts }
        )
    }
}
