package import OpenIDTypes
package import SQLStore

/// One account signed in in one browser. It lives while its row says `active`, its deadline lies ahead, no cut-off has
/// passed over it and its account is active: ``SessionStore/aliveCondition(at:)`` is the only place that decides.
package struct Session: Sendable, Hashable {
    /// The provider's own key; applications see a `sid` of their own instead.
    package let id: SessionID
    /// Grows with every session; cut-offs compare it, so that no clock decides who is dead.
    package let seq: Int64
    package let userAgentID: UserAgentID
    package let accountID: AccountID
    /// When the person last proved who they are (Core §2 `auth_time`).
    package let authTime: Timestamp
    package let createdAt: Timestamp
    package let lastActiveAt: Timestamp
    /// The absolute end, counted from the last sign-in.
    package let expiresAt: Timestamp
    /// The earlier of the idle and the absolute end.
    package let deadline: Timestamp
    /// Whether the cookie outlives the browser ("stay signed in").
    package let persistent: Bool
    /// How the person signed in (Core §2 `amr`).
    package let amr: [String]
    package let address: String
    package let agent: String
    package let status: Status
    package let endedAt: Timestamp?
    package let endedCause: TerminationCause?

    /// A session's row stays after its end, as history.
    package enum Status: String, Sendable, Hashable, CaseIterable, SQLBindable, SQLReadable {
        case active, ended
    }

    /// The columns that `init(row:)` reads, of `sessions s`.
    package static let columns: SQL = """
        s.session_id, s.seq, s.user_agent_id, s.account_id, s.auth_time, s.created_at, s.last_active_at, s.expires_at, \
        s.deadline, s.persistent, s.amr, s.address, s.agent, s.status, s.ended_at, s.ended_cause
        """

    package init(row: SQLRow) throws {
        id = try row.value("session_id")
        seq = try row.value("seq")
        userAgentID = try row.value("user_agent_id")
        accountID = try row.value("account_id")
        authTime = try row.value("auth_time")
        createdAt = try row.value("created_at")
        lastActiveAt = try row.value("last_active_at")
        expiresAt = try row.value("expires_at")
        deadline = try row.value("deadline")
        persistent = try row.value("persistent")
        amr = try row.value("amr", as: String.self).split(separator: " ").map(String.init)
        address = try row.value("address")
        agent = try row.value("agent")
        status = try row.value("status")
        endedAt = try row.optional("ended_at")
        endedCause = try row.optional("ended_cause")
    }

    /// Activity is written at most this often.
    package static let touchInterval = Duration.seconds(60)

    /// Whether ``SessionStore/touch(_:in:now:)`` would change anything.
    package func needsTouch(at now: Timestamp) -> Bool { now - lastActiveAt >= Self.touchInterval }
}

/// What signing in gave.
package struct SignIn: Sendable {
    package let session: Session
    /// The browser's new cookie value; the old one is worth nothing from now on.
    package let newSecret: String
    /// False when the account was already signed in in this browser: its session, `sid`s and ledger are kept.
    package let isNew: Bool
}

/// The account cannot sign in: it is unknown, disabled or deleted.
package struct AccountNotActive: Error, Sendable, Hashable {}
