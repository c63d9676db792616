package import OpenIDTypes
package import SQLStore

/// Loads what ``EndSessionRules`` need, in the caller's read block.
package struct EndSessionFactsStore: Sendable {
    let sessions: SessionStore
    let accounts: AccountDirectory
    let clients: ClientRegistry
    let keys: KeyRing

    package init(sessions: SessionStore, accounts: AccountDirectory, clients: ClientRegistry, keys: KeyRing) {
        self.sessions = sessions
        self.accounts = accounts
        self.clients = clients
        self.keys = keys
    }

    package func facts(
        for request: EndSessionRequest,
        browserSecret: String?,
        in db: any SQLReader,
        now: Timestamp
    ) throws -> EndSessionFacts {
        let alive = try browserSecret.map { try sessions.browserSessions(secret: $0, in: db, now: now) } ?? []
        let hint = try hint(request.idTokenHint, browser: alive, in: db, now: now)
        let named = try (request.clientID ?? hint.clientID).flatMap { try clients.find($0, in: db) }
        return EndSessionFacts(
            browser: try alive.map { session in
                let account = try accounts.find(session.accountID, in: db)
                return .init(
                    id: session.id, username: account?.username ?? "", displayName: account?.displayName ?? ""
                )
            },
            hint: hint,
            client: named.map { client in
                .init(
                    id: client.id,
                    postLogoutRedirectURIs: client.metadata.postLogoutRedirectURIs,
                    endsWholeBrowser: client.metadata.defaultScope == .browser
                )
            }
        )
    }

    /// The names of the applications that these sessions are signed in to, for the confirmation page.
    package func applications(of ids: [SessionID], in db: any SQLReader) throws -> [String] {
        guard !ids.isEmpty else { return [] }
        let rows = try db.rows(
            "SELECT DISTINCT client_id FROM session_clients WHERE session_id IN \(list: ids) ORDER BY client_id LIMIT 100"
        )
        return try rows.compactMap { row in try clients.find(row.value("client_id"), in: db)?.name }
    }

    /// What the hint proves (RP-Initiated Logout §2): only an ID token of ours, for a client that still exists.
    /// Expiry is no obstacle; whether its session is this browser's is what counts (RPI-OP-5, RPI-OP-8).
    private func hint(
        _ token: String?,
        browser: [Session],
        in db: any SQLReader,
        now: Timestamp
    ) throws -> EndSessionFacts.Hint {
        guard let token else { return .absent }
        guard let claims = try keys.verifyOwn(token, as: .idToken, in: db, now: now),
            let audience = claims["aud"]?.string.map(ClientID.init),
            let sid = claims["sid"]?.string.map(SID.init),
            let subject = claims["sub"]?.string.map(Subject.init),
            try clients.find(audience, in: db) != nil
        else { return .invalid }
        let row = try db.row(
            "SELECT session_id, sub FROM session_clients WHERE sid = \(sid) AND client_id = \(audience)"
        )
        guard let row, try row.value("sub", as: Subject.self) == subject else { return .unknownSession(audience) }
        let session: SessionID = try row.value("session_id")
        if browser.contains(where: { $0.id == session }) { return .current(audience, session) }
        let lives = try sessions.alive(session, in: db, now: now) != nil
        return lives ? .elsewhere(audience) : .ended(audience)
    }
}
