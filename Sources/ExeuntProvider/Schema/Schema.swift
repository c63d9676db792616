package import SQLStore

/// The database's shape: which migrations exist, oldest first. Each feature's SQL lives beside the feature.
package enum Schema {
    package static let migrations: [Migration] = [first]

    private static let first = Migration(
        version: 1,
        name: "foundation",
        steps: foundation + people + sessionsAndGrants + logouts
    )

    /// Small facts of the whole provider (`meta`), signing keys, applications, running servers and the audit trail.
    private static let foundation: [SchemaStep] = [
        .table(Table("meta", [.text("key"), .text("value")], primaryKey: ["key"])),
        .table(
            Table(
                "signing_keys",
                [
                    .text("kid"), .text("algorithm"), .text("public_jwk"), .bytes("sealed_private"),
                    .time("created_at"), .time("active_from"), .time("retired_at", null: true),
                ],
                primaryKey: ["kid"]
            )
        ),
        .table(
            Table(
                "clients",
                [
                    .text("client_id"), .json("metadata"), .bytes("secret_hash", null: true), .text("status"),
                    .int64("revision"), .int64("cutoff_session", default: 0), .int64("cutoff_grant", default: 0),
                    .time("created_at"), .time("updated_at"),
                ],
                primaryKey: ["client_id"]
            )
        ),
        .index(
            Index(
                "clients_resource_servers", on: "clients", ["client_id"],
                where: "status = 'active' AND metadata LIKE '%\"exeunt_audience\":%'"
            )
        ),
        .table(Table("nodes", [.text("node_id"), .time("started_at"), .time("seen_at")], primaryKey: ["node_id"])),
        .table(
            Table(
                "audit",
                [
                    .sequence("seq"), .time("at"), .text("actor"), .text("action"), .text("object"), .json("detail"),
                ]
            )
        ),
        .index(Index("audit_at", on: "audit", ["at"])),
    ]

    /// Accounts, what they consented to, failed logins, and spent client assertions.
    private static let people: [SchemaStep] = [
        .table(
            Table(
                "accounts",
                [
                    .text("account_id"), .text("username"), .text("username_key"), .text("password_hash", null: true),
                    .text("status"), .json("claims"), .int64("cutoff_session", default: 0),
                    .int64("cutoff_grant", default: 0), .time("created_at"), .time("updated_at"),
                ],
                primaryKey: ["account_id"],
                unique: [["username_key"]]
            )
        ),
        .table(
            Table(
                "consents",
                [.text("account_id"), .text("client_id"), .text("scope"), .time("granted_at")],
                primaryKey: ["account_id", "client_id"]
            )
        ),
        .table(
            Table(
                "login_throttle",
                [.text("subject"), .int64("failures"), .time("last_failure_at"), .time("expires_at")],
                primaryKey: ["subject"]
            )
        ),
        .index(Index("login_throttle_expires", on: "login_throttle", ["expires_at"])),
        .table(Table("spent_assertions", [.bytes("jti_hash"), .time("expires_at")], primaryKey: ["jti_hash"])),
        .index(Index("spent_assertions_expires", on: "spent_assertions", ["expires_at"])),
    ]

    /// Browsers, sessions, the ledger of who is signed in where, and everything that hangs on a session.
    private static let sessionsAndGrants: [SchemaStep] = [
        .table(
            Table(
                "user_agents",
                [.text("user_agent_id"), .bytes("secret_hash"), .time("created_at"), .time("updated_at")],
                primaryKey: ["user_agent_id"],
                unique: [["secret_hash"]]
            )
        ),
        .index(Index("user_agents_updated", on: "user_agents", ["updated_at"])),
        .table(
            Table(
                "sessions",
                [
                    .sequence("seq"), .text("session_id"), .text("user_agent_id"), .text("account_id"), .text("status"),
                    .time("auth_time"), .text("amr"), .time("created_at"), .time("last_active_at"),
                    .time("expires_at"), .time("deadline"), .bool("persistent"), .text("address"), .text("agent"),
                    .time("ended_at", null: true), .text("ended_cause", null: true), .text("logout_id", null: true),
                ],
                unique: [["session_id"]]
            )
        ),
        .index(Index("sessions_user_agent", on: "sessions", ["user_agent_id", "status"])),
        .index(Index("sessions_account", on: "sessions", ["account_id", "status", "seq"])),
        .index(Index("sessions_deadline", on: "sessions", ["deadline"], where: "status = 'active'")),
        .index(Index("sessions_ended", on: "sessions", ["ended_at"], where: "status = 'ended'")),
        .table(
            Table(
                "session_clients",
                [
                    .text("session_id"), .text("client_id"), .text("sid"), .text("sub"), .time("joined_at"),
                    .time("last_at"), .time("ended_at", null: true),
                ],
                primaryKey: ["session_id", "client_id"],
                unique: [["sid"]]
            )
        ),
        .index(
            Index(
                "session_clients_client",
                on: "session_clients",
                ["client_id", "session_id"],
                where: "ended_at IS NULL"
            )
        ),
        .table(
            Table(
                "authorization_codes",
                [
                    .bytes("code_hash"), .text("session_id"), .text("client_id"), .json("request"),
                    .time("expires_at"), .time("redeemed_at", null: true), .text("grant_id", null: true),
                ],
                primaryKey: ["code_hash"]
            )
        ),
        .index(Index("authorization_codes_expires", on: "authorization_codes", ["expires_at"])),
        .table(
            Table(
                "grants",
                [
                    .sequence("seq"), .text("grant_id"), .text("kind"), .text("session_id", null: true),
                    .text("account_id"), .text("client_id"), .text("sid"), .text("sub"), .text("scope"),
                    .json("claims"), .text("nonce", null: true), .time("auth_time"), .text("amr"), .text("status"),
                    .time("created_at"), .time("expires_at"), .time("ended_at", null: true),
                    .text("ended_cause", null: true),
                ],
                unique: [["grant_id"]]
            )
        ),
        .index(Index("grants_session", on: "grants", ["session_id", "client_id"])),
        .index(Index("grants_account", on: "grants", ["account_id", "client_id", "kind"])),
        .index(Index("grants_client", on: "grants", ["client_id", "seq"])),
        .index(Index("grants_expires", on: "grants", ["expires_at"])),
        .table(
            Table(
                "refresh_tokens",
                [
                    .bytes("token_hash"), .text("grant_id"), .text("status"), .time("created_at"),
                    .time("rotated_at", null: true), .bytes("successor_hash", null: true),
                ],
                primaryKey: ["token_hash"]
            )
        ),
        .index(Index("refresh_tokens_grant", on: "refresh_tokens", ["grant_id"])),
        .index(Index("refresh_tokens_rotated", on: "refresh_tokens", ["rotated_at"], where: "rotated_at IS NOT NULL")),
        .table(
            Table(
                "access_tokens",
                [
                    .bytes("token_hash"), .text("grant_id", null: true), .text("client_id"), .text("scope"),
                    .text("audience", null: true), .text("format"), .time("issued_at"), .time("expires_at"),
                    .time("revoked_at", null: true),
                ],
                primaryKey: ["token_hash"]
            )
        ),
        .index(Index("access_tokens_grant", on: "access_tokens", ["grant_id", "format"])),
        .index(Index("access_tokens_expires", on: "access_tokens", ["expires_at"])),
    ]

    /// Logout records, their deliveries and every attempt.
    private static let logouts: [SchemaStep] = [
        .table(
            Table(
                "logouts",
                [
                    .text("logout_id"), .text("cause"), .text("scope"), .text("scope_value"),
                    .text("reason", null: true),
                    .text("initiator", null: true), .text("account_id", null: true), .bool("offline"),
                    .int64("sessions"), .text("progress"), .int64("cutoff", null: true),
                    .int64("resume_after", default: 0),
                    .bytes("receipt_hash", null: true), .bytes("browser_hash", null: true),
                    .json("continuation", null: true), .time("created_at"),
                ],
                primaryKey: ["logout_id"]
            )
        ),
        .index(Index("logouts_created", on: "logouts", ["created_at"])),
        .index(
            Index("logouts_receipt", on: "logouts", ["receipt_hash"], unique: true, where: "receipt_hash IS NOT NULL")),
        .index(Index("logouts_unfinished", on: "logouts", ["created_at"], where: "progress = 'running'")),
        .table(
            Table(
                "deliveries",
                [
                    .text("delivery_id"), .text("logout_id"), .text("session_id", null: true), .text("client_id"),
                    .text("client_name"), .text("sid"), .text("sub"), .text("channel"), .text("state"),
                    .text("uri", null: true), .text("origin", null: true), .text("algorithm"), .text("typ"),
                    .bool("session_required"), .int64("attempts", default: 0), .time("next_attempt_at"),
                    .time("give_up_at"), .text("lease_owner", null: true), .int64("last_status", null: true),
                    .text("last_error", null: true), .bool("keeps_offline"), .time("token_valid_until", null: true),
                    .time("created_at"), .time("settled_at", null: true),
                ],
                primaryKey: ["delivery_id"]
            )
        ),
        .index(Index("deliveries_logout", on: "deliveries", ["logout_id"])),
        .index(Index("deliveries_due", on: "deliveries", ["next_attempt_at"], where: "state IN ('pending', 'leased')")),
        .index(
            Index("deliveries_client", on: "deliveries", ["client_id", "next_attempt_at"], where: "state = 'pending'")
        ),
        .index(
            Index(
                "deliveries_unconfirmed",
                on: "deliveries",
                ["state", "created_at"],
                where: "state IN ('pending', 'leased', 'refused', 'abandoned')"
            )
        ),
        .table(
            Table(
                "delivery_attempts",
                [
                    .text("delivery_id"), .int64("number"), .time("at"), .int64("milliseconds"), .text("outcome"),
                    .int64("status", null: true), .text("error", null: true),
                ],
                primaryKey: ["delivery_id", "number"]
            )
        ),
    ]
}
