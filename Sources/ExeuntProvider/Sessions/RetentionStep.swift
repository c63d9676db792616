package import OpenIDTypes
package import SQLStore

/// One kind of thing that is removed after its time.
package enum RetentionStep: CaseIterable, Sendable {
    case logouts, sessions, audit, browsers, throttle, nodes, codes, accessTokens, refreshTokens, grants, assertions

    /// Removes at most `limit` rows (and what belongs to them); returns how many.
    package func purge(
        in db: any SQLWriter, now: Timestamp, lifetimes: Lifetimes, limit: Int
    ) throws -> Int {
        let old = now - lifetimes.recordRetention
        switch self {
        case .logouts: return try purgeLogouts(db, olderThan: old, limit)
        case .sessions: return try purgeSessions(db, olderThan: old, limit)
        case .audit: return try delete(Self.audit(before: old, limit: limit), db)
        // A browser that no session can be alive in any more.
        case .browsers:
            return try delete(
                Self.browsers(before: now - max(lifetimes.recordRetention, lifetimes.sessionAbsolute), limit: limit), db
            )
        case .throttle: return try delete(Self.throttle(before: now, limit: limit), db)
        case .nodes: return try delete("DELETE FROM nodes WHERE seen_at < \(now - .seconds(86_400))", db)
        case .codes: return try AuthorizationCodeStore.purgeExpired(in: db, now: now, limit: limit)
        case .accessTokens: return try AccessTokenStore.purgeExpired(in: db, now: now, limit: limit)
        case .refreshTokens: return try RefreshTokenStore.purgeExpired(in: db, now: now, limit: limit)
        case .grants: return try GrantStore.purgeExpired(in: db, now: now, limit: limit)
        case .assertions: return try SpentAssertionStore.purgeExpired(in: db, now: now, limit: limit)
        }
    }

    private func delete(_ sql: SQL, _ db: any SQLWriter) throws -> Int { try db.execute(sql) }

    /// Whose deliveries are all settled: the horizon is far shorter than any retention, but a resent one may be young.
    package static func oldLogouts(before old: Timestamp, limit: Int) -> SQL {
        """
        SELECT l.logout_id FROM logouts l WHERE l.created_at < \(old) AND l.progress = 'done' \
        AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.logout_id = l.logout_id AND d.state IN ('pending', 'leased')) \
        ORDER BY l.created_at LIMIT \(limit)
        """
    }

    /// A logout goes with its deliveries and their attempts; of a big one only a part goes at a time.
    private func purgeLogouts(_ db: any SQLWriter, olderThan old: Timestamp, _ limit: Int) throws -> Int {
        var left = limit
        for row in try db.rows(Self.oldLogouts(before: old, limit: limit)) where left > 0 {
            let id: LogoutID = try row.value("logout_id")
            let deliveries = try db.rows(
                "SELECT delivery_id FROM deliveries WHERE logout_id = \(id) LIMIT \(left)"
            )
            .map { try $0.value("delivery_id", as: DeliveryID.self) }
            for chunk in StatementChunks(deliveries) {
                try db.execute("DELETE FROM delivery_attempts WHERE delivery_id IN \(list: chunk)")
                try db.execute("DELETE FROM deliveries WHERE delivery_id IN \(list: chunk)")
            }
            left -= deliveries.count
            if left > 0 {
                try db.execute("DELETE FROM logouts WHERE logout_id = \(id)")
                left -= 1
            }
        }
        return limit - left
    }

    package static func oldSessions(before old: Timestamp, limit: Int) -> SQL {
        """
        SELECT session_id FROM sessions WHERE status = 'ended' AND ended_at < \(old) ORDER BY ended_at LIMIT \(limit)
        """
    }

    private func purgeSessions(_ db: any SQLWriter, olderThan old: Timestamp, _ limit: Int) throws -> Int {
        let sessions = try db.rows(Self.oldSessions(before: old, limit: limit))
            .map { try $0.value("session_id", as: SessionID.self) }
        for chunk in StatementChunks(sessions) {
            try db.execute("DELETE FROM session_clients WHERE session_id IN \(list: chunk)")
            try db.execute("DELETE FROM sessions WHERE session_id IN \(list: chunk)")
        }
        return sessions.count
    }

    package static func audit(before old: Timestamp, limit: Int) -> SQL {
        """
        DELETE FROM audit WHERE seq IN \
        (SELECT seq FROM audit WHERE at < \(old) ORDER BY at LIMIT \(limit))
        """
    }

    package static func browsers(before old: Timestamp, limit: Int) -> SQL {
        """
        DELETE FROM user_agents WHERE user_agent_id IN \
        (SELECT user_agent_id FROM user_agents WHERE updated_at < \(old) ORDER BY updated_at LIMIT \(limit))
        """
    }

    package static func throttle(before now: Timestamp, limit: Int) -> SQL {
        """
        DELETE FROM login_throttle WHERE subject IN \
        (SELECT subject FROM login_throttle WHERE expires_at < \(now) ORDER BY expires_at LIMIT \(limit))
        """
    }
}
