import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Hot queries go by index", .timeLimit(.minutes(2)))
struct QueryPlanTests {
    private static let now = Timestamp(seconds: 1_790_000_000)

    /// Every statement that runs for each request, each delivery or each second.
    private static let hot: [(String, SQL)] = [
        (
            "a session",
            "SELECT s.seq FROM sessions s WHERE s.session_id = 'x' AND \(sql: SessionStore.aliveCondition(at: now))"
        ),
        (
            "a browser's sessions",
            """
            SELECT s.seq FROM user_agents u JOIN sessions s ON s.user_agent_id = u.user_agent_id \
            WHERE u.secret_hash = \([1, 2] as [UInt8]) AND \(sql: SessionStore.aliveCondition(at: now))
            """
        ),
        ("the gate", "UPDATE sessions SET status = 'ended' WHERE session_id = 'x' AND status = 'active'"),
        (
            "an account's sessions",
            """
            SELECT session_id FROM sessions WHERE account_id = 'x' AND status = 'active' AND seq <= 7 \
            ORDER BY seq LIMIT 10
            """
        ),
        (
            "everyone's sessions",
            "SELECT session_id FROM sessions WHERE status = 'active' AND seq <= 7 ORDER BY deadline LIMIT 10"
        ),
        ("sessions to expire", SessionExpiry.due(at: now, limit: 10)),
        ("old sessions", RetentionStep.oldSessions(before: now, limit: 10)),
        ("old logouts", RetentionStep.oldLogouts(before: now, limit: 10)),
        ("old audit events", RetentionStep.audit(before: now, limit: 10)),
        ("old browsers", RetentionStep.browsers(before: now, limit: 10)),
        ("old throttles", RetentionStep.throttle(before: now, limit: 10)),
        (
            "a session's ledger",
            "SELECT client_id FROM session_clients WHERE session_id IN ('x', 'y') AND ended_at IS NULL"
        ),
        (
            "an application's ledger",
            """
            SELECT session_id FROM session_clients WHERE client_id = 'x' AND ended_at IS NULL AND joined_at <= 7 \
            ORDER BY session_id LIMIT 10
            """
        ),
        ("a sid", "SELECT session_id FROM session_clients WHERE sid = 'x' AND client_id = 'y'"),
        (
            "due deliveries",
            """
            SELECT delivery_id FROM deliveries WHERE state IN ('pending', 'leased') AND next_attempt_at <= \(now) \
            ORDER BY next_attempt_at LIMIT 10
            """
        ),
        (
            "an application's deliveries",
            """
            SELECT delivery_id FROM deliveries WHERE state = 'pending' AND client_id = 'x' \
            ORDER BY next_attempt_at LIMIT 10
            """
        ),
        ("a logout's deliveries", "SELECT delivery_id FROM deliveries WHERE logout_id = 'x'"),
        ("unfinished logouts", "SELECT logout_id FROM logouts WHERE progress = 'running' ORDER BY created_at LIMIT 1"),
        ("a receipt", "SELECT logout_id FROM logouts WHERE receipt_hash = \([1] as [UInt8])"),
        (
            "living offline access",
            """
            SELECT 1 FROM grants g WHERE g.account_id = 'x' AND g.client_id = 'y' AND g.kind = 'offline' \
            AND \(sql: GrantStore.isAlive(at: now))
            """
        ),
        (
            "the last JWT access token",
            """
            SELECT MAX(t.expires_at) FROM grants g JOIN access_tokens t ON t.grant_id = g.grant_id \
            WHERE g.session_id = 'x' AND g.client_id = 'y' AND t.format = 'jwt' AND t.expires_at > \(now)
            """
        ),
        ("the last session", "SELECT COALESCE(MAX(seq), 0) AS last FROM sessions"),
    ]

    /// In a block that writes: some of the statements would.
    private static func explain(_ sql: SQL, _ database: Database) async throws -> [String] {
        let engine = database.engine
        return try await database.write { db in
            switch engine {
            case .sqlite:
                return try db.rows("EXPLAIN QUERY PLAN \(sql: sql)").map { try $0.value("detail") }
            case .postgresql:
                // A small table is always scanned; the question is whether an index could serve.
                try db.execute("SET LOCAL enable_seqscan = off")
                return try db.rows("EXPLAIN (COSTS OFF) \(sql: sql)").map { try $0.value("QUERY PLAN") }
            }
        }
    }

    @Test("A statement that has to scan is noticed", arguments: DeliveryEngine.all)
    func control(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            let plan = try await Self.explain("SELECT seq FROM sessions WHERE address = 'x'", place.database)
            #expect(plan.contains(where: Self.scans), "\(plan)")
        }
    }

    private static func scans(_ line: String) -> Bool {
        line.contains("Seq Scan") || (line.hasPrefix("SCAN ") && !line.contains("USING"))
    }

    @Test("A-45: no hot query and no clean-up reads a whole table, or sorts one", arguments: DeliveryEngine.all)
    func noScan(_ engine: DeliveryEngine) async throws {
        try await engine.run { place in
            for (name, sql) in Self.hot {
                let plan = try await Self.explain(sql, place.database)
                for line in plan {
                    #expect(!Self.scans(line) || line.contains("SUBQUERY"), "\(name): \(plan)")
                    #expect(
                        !line.contains("TEMP B-TREE FOR ORDER BY") || name == "a browser's sessions", "\(name): \(plan)"
                    )
                }
            }
        }
    }
}
