package import OpenIDTypes
package import SQLStore

/// A request with everything known about it, from one read block.
package struct AuthorizationSituation: Sendable {
    package let request: AuthorizationRequest
    package let client: Client
    package let facts: AuthorizationFacts
    /// This browser's live sessions, newest sign-in first.
    package let sessions: [Session]

    package func session(_ id: SessionID) -> Session? { sessions.first { $0.id == id } }
}

/// Loads what ``AuthorizationRules`` need, in the caller's read block.
package struct AuthorizationStore: Sendable {
    private let clients: ClientRegistry
    private let accounts: AccountDirectory
    private let sessions: SessionStore
    private let keys: KeyRing
    private let subjects: SubjectIdentifiers
    private let codes: AuthorizationCodeStore
    private let consents = ConsentStore()

    package init(parts: ProviderParts) {
        clients = parts.clients
        accounts = parts.accounts
        sessions = parts.sessions
        keys = parts.keys
        subjects = parts.subjects
        codes = AuthorizationCodeStore(lifetime: parts.configuration.lifetimes.code)
    }

    /// - Throws: ``RefusedAuthorization``.
    package func situation(
        _ parameters: Parameters, progress: InteractionProgress, browserSecret: String?, in db: any SQLReader,
        now: Timestamp
    ) throws -> AuthorizationSituation {
        let client = try clients.find(try AuthorizationRequest.clientID(in: parameters), in: db)
        let known = client.map { AuthorizationClient(id: $0.id, metadata: $0.metadata) }
        let request = try AuthorizationRequest.parse(parameters, client: known)
        guard let client else { throw RefusedAuthorization(.clientUnknown, target: nil) }
        let alive = try browserSecret.map { try sessions.browserSessions(secret: $0, in: db, now: now) } ?? []
        let ledger = try ledger(of: alive, client: client.id, in: db)
        var facts = AuthorizationFacts(
            candidates: try alive.map { session in
                .init(
                    session: session.id,
                    account: session.accountID,
                    subject: subjects.subject(of: session.accountID, for: client),
                    authTime: session.authTime,
                    joinedAt: ledger.first { $0.session == session.id }?.joinedAt,
                    isNamedByLoginHint: try isNamed(session.accountID, by: request.loginHint, in: db)
                )
            },
            progress: progress,
            consentPolicy: client.metadata.consent
        )
        facts.departures = departures(ledger, alive: alive, now: now)
        facts.hint = try hint(request.idTokenHint, client: client.id, in: db, now: now)
        if client.metadata.consent == .first {
            for session in alive {
                facts.consented[session.accountID] = try consents.scopes(
                    of: session.accountID, client: client.id, in: db)
            }
        }
        return AuthorizationSituation(request: request, client: client, facts: facts, sessions: alive)
    }

    /// The step's one write: the gate, the session's activity, the code.
    /// - Returns: nil if the session ended since it was read: it gives nothing any more.
    package func issueCode(
        for session: Session, _ request: AuthorizationRequest, in db: any SQLWriter, now: Timestamp
    ) throws -> String? {
        guard try sessions.alive(session.id, in: db, now: now) != nil else { return nil }
        if session.needsTouch(at: now) { try sessions.touch(session.id, in: db, now: now) }
        let record = AuthorizationCodeRecord(
            clientID: request.clientID,
            sessionID: session.id,
            accountID: session.accountID,
            redirectURI: request.target.redirectURI,
            scope: request.scope,
            nonce: request.nonce,
            codeChallenge: request.codeChallenge,
            claims: request.claims?.json,
            authTime: session.authTime,
            amr: session.amr,
            offline: request.scope.contains(KnownScope.offlineAccess.rawValue)
        )
        return try codes.issue(record, in: db, now: now)
    }

    private struct LedgerRow {
        let session: SessionID
        let account: AccountID
        let joinedAt: Timestamp?
        let endedAt: Timestamp?
    }

    /// Where the client was signed in in this browser; more than fifty sessions back nobody remembers.
    private func ledger(of alive: [Session], client: ClientID, in db: any SQLReader) throws -> [LedgerRow] {
        guard let browser = alive.first?.userAgentID else { return [] }
        return try db.rows(
            """
            SELECT s.session_id, s.account_id, s.ended_at AS session_ended_at, c.last_at, c.ended_at AS left_at \
            FROM sessions s JOIN session_clients c ON c.session_id = s.session_id AND c.client_id = \(client) \
            WHERE s.user_agent_id = \(browser) ORDER BY s.seq DESC LIMIT 50
            """
        )
        .map { row in
            let left: Timestamp? = try row.optional("left_at")
            return LedgerRow(
                session: try row.value("session_id"), account: try row.value("account_id"),
                joinedAt: left == nil ? try row.value("last_at") : nil, endedAt: try row.optional("session_ended_at")
            )
        }
    }

    /// A session that is dead by its deadline or a cut-off may not have its end written yet: it ended now.
    private func departures(_ ledger: [LedgerRow], alive: [Session], now: Timestamp) -> [AuthorizationFacts.Departure] {
        ledger.filter { row in !alive.contains { $0.id == row.session } }
            .map { .init(account: $0.account, endedAt: $0.endedAt ?? now) }
    }

    /// CO-9: issued by us to this client, of whatever age. Another client's token says nothing to this one, because
    /// subjects may be pairwise.
    private func hint(
        _ token: String?, client: ClientID, in db: any SQLReader, now: Timestamp
    ) throws -> AuthorizationFacts.Hint {
        guard let token else { return .absent }
        guard let payload = try keys.verifyOwn(token, as: .idToken, in: db, now: now),
            let audience = payload["aud"], audience.string == client.rawValue || audience.strings == [client.rawValue],
            let subject = payload["sub"]?.string
        else { return .invalid }
        return .subject(Subject(subject))
    }

    private func isNamed(_ account: AccountID, by hint: String?, in db: any SQLReader) throws -> Bool {
        guard let hint, let account = try accounts.find(account, in: db) else { return false }
        if let asked = try? Username(hint), let own = try? Username(account.username), asked.key == own.key {
            return true
        }
        return account.claims["email"]?.string?.lowercased() == hint.lowercased()
    }
}
