package import OpenIDTypes

/// What became of telling one application, as it can honestly be said.
package enum ReceiptState: String, Sendable, Hashable, CaseIterable {
    /// Its server answered the logout token with success.
    case confirmed
    /// A frame was shown; a load event proves nothing.
    case askedThroughBrowser = "asked_through_browser"
    /// It can only be asked through a browser, and none was there.
    case notAskedNoBrowser = "not_asked_no_browser"
    /// Not yet; it goes on.
    case pending
    /// Its server answered 400: final, unless an operator sends it again.
    case refused
    /// The horizon passed without success.
    case abandoned
    case noLogoutAddress = "no_logout_address"
    /// The session expired, and the application chose not to hear of that.
    case switchedOff = "switched_off"

    /// Worse news first: of several sessions of one application the receipt tells the worst.
    package var severity: Int {
        switch self {
        case .abandoned: 7
        case .refused: 6
        case .pending: 5
        case .notAskedNoBrowser: 4
        case .noLogoutAddress: 3
        case .askedThroughBrowser: 2
        case .switchedOff: 1
        case .confirmed: 0
        }
    }
}

/// One logout, per application: what the person and the operator see.
package struct LogoutReceipt: Sendable, Hashable {
    package struct Application: Sendable, Hashable {
        package let clientID: ClientID
        package let name: String
        package let state: ReceiptState
        /// Why it is not confirmed, in one sentence; never with a token in it.
        package let lastError: String?
        /// Its JWT access tokens are believed by resource servers until then.
        package let tokenValidUntil: Timestamp?
        /// It may go on with offline access.
        package let keepsOffline: Bool
        package let attempts: Int

        package init(
            clientID: ClientID,
            name: String,
            state: ReceiptState,
            lastError: String? = nil,
            tokenValidUntil: Timestamp? = nil,
            keepsOffline: Bool = false,
            attempts: Int = 0
        ) {
            self.clientID = clientID
            self.name = name
            self.state = state
            self.lastError = lastError
            self.tokenValidUntil = tokenValidUntil
            self.keepsOffline = keepsOffline
            self.attempts = attempts
        }
    }

    package let logoutID: LogoutID
    package let startedAt: Timestamp
    package let cause: TerminationCause
    /// Nil where several accounts, or none that still exists, were concerned.
    package let accountName: String?
    /// One entry per application, by name.
    package let applications: [Application]
    /// Where the browser goes on to, as it was stored.
    package let continuation: JSONValue?
    package let sessions: Int
    /// Deliveries are still being written: the list is not complete yet.
    package let isUnfinished: Bool

    package init(
        logoutID: LogoutID,
        startedAt: Timestamp,
        cause: TerminationCause,
        accountName: String?,
        applications: [Application],
        continuation: JSONValue? = nil,
        sessions: Int = 1,
        isUnfinished: Bool = false
    ) {
        self.logoutID = logoutID
        self.startedAt = startedAt
        self.cause = cause
        self.accountName = accountName
        self.applications = applications
        self.continuation = continuation
        self.sessions = sessions
        self.isUnfinished = isUnfinished
    }

    /// Whether looking again may show something else.
    package var isPending: Bool { isUnfinished || applications.contains { $0.state == .pending } }
}
