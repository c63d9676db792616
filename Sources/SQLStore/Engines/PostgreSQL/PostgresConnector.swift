internal import CLibPQ
internal import Glibc
internal import Logging

/// Opens connections to PostgreSQL and makes them as this module needs them.
struct PostgresConnector: Sendable {
    let url: String
    let address: PostgresAddress
    let options: DatabaseOptions
    let logger: Logger

    /// One attempt. Throws ``SQLError/unavailable(_:)`` or ``SQLError/readOnly(_:)``.
    func connect() throws -> PostgresConnection {
        guard let handle = start() else { throw SQLError.unavailable("out of memory") }
        do {
            guard PQstatus(handle) == CONNECTION_OK else { throw failure(handle) }
            PQsetNoticeProcessor(handle, { _, _ in }, nil)
            guard PQserverVersion(handle) >= 130000 else {
                throw SQLError.unavailable("\(address.description): PostgreSQL 13 or later is needed")
            }
            try prepareSession(handle)
            let identity = identity(handle)
            guard PQenterPipelineMode(handle) == 1 else {
                throw SQLError.unavailable("\(address.description): no pipeline mode")
            }
            return PostgresConnection(handle, identity: identity)
        } catch {
            PQfinish(handle)
            throw error
        }
    }

    /// What the address says wins over these. The TCP limits make a vanished host known within half a minute.
    private func start() -> OpaquePointer? {
        let settings: [(String, String)] = [
            ("connect_timeout", "5"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
            ("keepalives_count", "3"), ("tcp_user_timeout", "30000"), ("target_session_attrs", "read-write"),
            ("fallback_application_name", "exeunt"), ("dbname", url), ("client_encoding", "UTF8"),
        ]
        let keywords = settings.map { strdup($0.0) }
        let values = settings.map { strdup($0.1) }
        defer { for pointer in keywords + values { free(pointer) } }
        return PQconnectdbParams(
            keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 1
        )
    }

    private func failure(_ handle: OpaquePointer) -> SQLError {
        let message = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        let line = address.redacted(message.split(separator: "\n").joined(separator: " "))
        return line.contains("session is read-only") || line.contains("server is in hot standby mode")
            ? .readOnly(line) : .unavailable("\(address.description): \(line)")
    }

    private func prepareSession(_ handle: OpaquePointer) throws {
        // An acknowledged logout survives a power cut: `off` is not accepted; anything stronger stays.
        let row = try query(
            handle,
            """
            SET client_min_messages = warning; SET bytea_output = 'hex'; SET standard_conforming_strings = on;
            SET jit = off; SET statement_timeout = \(max(0, options.statementTimeoutMs));
            SET idle_in_transaction_session_timeout = 60000;
            SELECT current_setting('server_encoding'), current_setting('fsync'), set_config('synchronous_commit',
            CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END,
            false)
            """
        )
        guard row[0] == "UTF8" else {
            throw SQLError.unavailable("\(address.description): the database's encoding is \(row[0]), not UTF8")
        }
        guard row[2] != "off" else {
            throw SQLError.unavailable("\(address.description): synchronous_commit cannot be switched on")
        }
        if row[1] != "on" {
            logger.warning("PostgreSQL runs with fsync = off: a power cut loses what was acknowledged")
        }
    }

    /// Which history the server writes: transaction numbers of another one mean nothing. nil where it does not tell.
    private func identity(_ handle: OpaquePointer) -> String? {
        try? query(
            handle,
            """
            SELECT system_identifier::text || '/' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)
            FROM pg_control_system()
            """
        )[0]
    }

    private func query(_ handle: OpaquePointer, _ text: String) throws -> [String] {
        guard let result = PQexec(handle, text).map(PostgresResult.init) else { throw failure(handle) }
        guard result.status == PGRES_TUPLES_OK, result.rowCount == 1 else {
            throw SQLError.unavailable("\(address.description): \(address.redacted(result.message))")
        }
        return (0..<PQnfields(result.handle)).map { String(cString: PQgetvalue(result.handle, 0, $0)) }
    }
}
