package import OpenIDTypes

/// What was done inside one interaction, and for whom. Nothing done elsewhere ever counts for it (CO-3, A-64).
package struct InteractionProgress: Sendable, Hashable {
    /// The session that the person signed in to or chose here.
    package var session: SessionID?
    /// Whose session it was then. Another account behind the same session would be a mix-up.
    package var account: AccountID?
    package var loggedInAt: Timestamp?
    package var consentedAt: Timestamp?
    /// On the account page the person chose to sign in as somebody else.
    package var wantsOtherAccount = false

    package init() {}
}

/// What ``AuthorizationRules`` decide from, loaded before.
package struct AuthorizationFacts: Sendable {
    /// A live session of this browser, as this client sees it.
    package struct Candidate: Sendable, Hashable {
        package var session: SessionID
        package var account: AccountID
        package var subject: Subject
        package var authTime: Timestamp
        /// When the client last signed this session's account in; nil if it never did.
        package var joinedAt: Timestamp?
        /// `login_hint` is this account's name or address.
        package var isNamedByLoginHint: Bool

        package init(
            session: SessionID, account: AccountID, subject: Subject, authTime: Timestamp, joinedAt: Timestamp? = nil,
            isNamedByLoginHint: Bool = false
        ) {
            self.session = session
            self.account = account
            self.subject = subject
            self.authTime = authTime
            self.joinedAt = joinedAt
            self.isNamedByLoginHint = isNamedByLoginHint
        }
    }

    /// A session of this browser that ended and at which the client was signed in.
    package struct Departure: Sendable, Hashable {
        package var account: AccountID
        package var endedAt: Timestamp

        package init(account: AccountID, endedAt: Timestamp) {
            self.account = account
            self.endedAt = endedAt
        }
    }

    /// What became of `id_token_hint` (CO-9).
    package enum Hint: Sendable, Hashable {
        case absent
        /// Not ours, not this client's, or not an ID token at all. Expiry does not matter.
        case invalid
        case subject(Subject)
    }

    /// Newest sign-in first.
    package var candidates: [Candidate]
    package var departures: [Departure]
    package var hint: Hint
    package var progress: InteractionProgress
    package var consentPolicy: ConsentPolicy
    /// What each candidate consented to for this client before.
    package var consented: [AccountID: Set<String>]

    package init(
        candidates: [Candidate] = [], departures: [Departure] = [], hint: Hint = .absent,
        progress: InteractionProgress = InteractionProgress(), consentPolicy: ConsentPolicy = .never,
        consented: [AccountID: Set<String>] = [:]
    ) {
        self.candidates = candidates
        self.departures = departures
        self.hint = hint
        self.progress = progress
        self.consentPolicy = consentPolicy
        self.consented = consented
    }
}
