package import OpenIDTypes

/// Tells the person, application by application, what is known of one logout. Shown once and looked at again later.
package struct ReceiptPage: Page {
    package var receipt: LogoutReceipt
    package var continueURL: String?
    package var continueName: String?
    package var now: Timestamp
    /// How long deliveries are tried (`DeliverySettings.horizon`).
    package var horizon: Duration

    package init(
        receipt: LogoutReceipt,
        continueURL: String? = nil,
        continueName: String? = nil,
        now: Timestamp = SystemClock().now,
        horizon: Duration = .seconds(72 * 3600)
    ) {
        self.receipt = receipt
        self.continueURL = continueURL
        self.continueName = continueName
        self.now = now
        self.horizon = horizon
    }

    package var template: PageTemplate { .receipt }
    package var title: String { Texts.Receipt.title }

    /// While something is pending the page looks again, ever more rarely, and not at all after an hour: a page that is
    /// left open must not ask for three days.
    package var refresh: PageRefresh? {
        guard receipt.isPending else { return nil }
        switch now - receipt.startedAt {
        case ..<Duration.seconds(30): return PageRefresh(seconds: 3)
        case ..<Duration.seconds(300): return PageRefresh(seconds: 10)
        case ..<Duration.seconds(3600): return PageRefresh(seconds: 60)
        default: return nil
        }
    }

    package var model: [String: PageValue] {
        [
            "heading": .text(Texts.Receipt.heading),
            "account": .text(receipt.accountName.map(Texts.Receipt.account)),
            "verdict": .list(verdict.map { ["sentence": .text($0)] }),
            "verdictTone": .text(tone.rawValue),
            "empty": .flag(receipt.applications.isEmpty && !receipt.isUnfinished),
            "unfinished": .flag(receipt.isUnfinished),
            "applications": .list(receipt.applications.map { row($0) }),
            "started": .text(Texts.time(receipt.startedAt)),
            "refreshing": .flag(refresh != nil),
            "continueURL": .text(continueURL),
            "continueLabel": .text(Texts.Receipt.goOn(to: continueName)),
        ]
    }

    private func row(_ application: LogoutReceipt.Application) -> [String: PageValue] {
        [
            "id": .text(application.clientID.rawValue),
            "name": .text(application.name),
            "state": .text(application.state.pageName),
            "tone": .text(application.state.tone.rawValue),
            "label": .text(Texts.Receipt.label(application.state)),
            "sentence": .text(sentence(application)),
            "offline": .text(application.keepsOffline ? Texts.Receipt.keepsOffline : nil),
            "token": .text(
                application.tokenValidUntil.flatMap { $0 > now ? Texts.Receipt.tokenValid(until: $0) : nil }
            ),
        ]
    }

    private func sentence(_ application: LogoutReceipt.Application) -> String {
        Texts.Receipt.sentence(
            application.state,
            lastError: application.lastError,
            attempts: application.attempts,
            until: receipt.startedAt + horizon
        )
    }

    private var verdict: [String] {
        Texts.Receipt.verdict(
            open: names(.mayBeOpen),
            pending: names(.pending),
            asked: names(.asked),
            isUnfinished: receipt.isUnfinished
        )
    }

    private func names(_ tone: ReceiptTone) -> [String] {
        receipt.applications.filter { $0.state.tone == tone }.map(\.name)
    }

    private var tone: ReceiptTone {
        let tones = Set(receipt.applications.map(\.state.tone))
        if tones.contains(.mayBeOpen) { return .mayBeOpen }
        if tones.contains(.pending) || receipt.isUnfinished { return .pending }
        return tones.contains(.asked) ? .asked : .confirmed
    }
}

/// What a state means to the person.
enum ReceiptTone: String {
    case confirmed, asked, pending
    case mayBeOpen = "open"
}

extension ReceiptState {
    /// The state's name in `data-state`, for tests and style sheets.
    var pageName: String {
        switch self {
        case .confirmed: "confirmed"
        case .askedThroughBrowser: "asked"
        case .notAskedNoBrowser: "not-asked"
        case .pending: "pending"
        case .refused: "refused"
        case .abandoned: "abandoned"
        case .noLogoutAddress: "no-address"
        case .switchedOff: "switched-off"
        }
    }

    var tone: ReceiptTone {
        switch self {
        case .confirmed: .confirmed
        case .askedThroughBrowser: .asked
        case .pending: .pending
        case .notAskedNoBrowser, .refused, .abandoned, .noLogoutAddress, .switchedOff: .mayBeOpen
        }
    }
}
