package import OpenIDTypes
import SQLStore

/// A session as commands show it: who, where, and the applications that are signed in in it.
package struct SessionReport: Sendable {
    package struct Application: Sendable, Hashable {
        package let clientID: ClientID
        package let name: String
        package let sid: SID
    }

    package let session: Session
    package let username: String
    package let applications: [Application]

    /// Sessions, the newest first; of one account if a username is given.
    package static func list(
        username: String?, includeEnded: Bool, limit: Int, administration: Administration
    ) async throws -> [SessionReport] {
        let (sessions, directory, registry) = (
            administration.sessions, administration.directory, administration.registry
        )
        let now = administration.clock.now
        return try await administration.database.read { db in
            var account: AccountID?
            if let username {
                guard let found = try directory.find(username: username, in: db) else {
                    throw AdministrationRefusal("There is no account \"\(username.prefix(140))\".")
                }
                account = found.id
            }
            return try sessions.list(account: account, includeEnded: includeEnded, limit: limit, in: db, now: now)
                .map { try report(on: $0, directory, registry, in: db) }
        }
    }

    private static func report(
        on session: Session, _ directory: AccountDirectory, _ registry: ClientRegistry, in db: any SQLReader
    ) throws -> SessionReport {
        let rows = try db.rows(
            "SELECT client_id, sid FROM session_clients WHERE session_id = \(session.id) ORDER BY joined_at"
        )
        return SessionReport(
            session: session,
            username: try directory.find(session.accountID, in: db)?.username ?? "",
            applications: try rows.map { row in
                let id: ClientID = try row.value("client_id")
                let name = try registry.findIncludingRemoved(id, in: db)?.name ?? id.rawValue
                return Application(clientID: id, name: name, sid: try row.value("sid"))
            }
        )
    }

    package var json: JSONValue {
        var object: JSONObject = [
            "id": .string(session.id.rawValue),
            "username": .string(username),
            "account": .string(session.accountID.rawValue),
            "status": .string(session.status.rawValue),
            "auth_time": .string(session.authTime.iso8601),
            "created_at": .string(session.createdAt.iso8601),
            "last_active_at": .string(session.lastActiveAt.iso8601),
            "deadline": .string(session.deadline.iso8601),
            "expires_at": .string(session.expiresAt.iso8601),
            "persistent": .bool(session.persistent),
            "address": .string(session.address),
            "agent": .string(session.agent),
        ]
        object["ended_at"] = session.endedAt.map { .string($0.iso8601) }
        object["ended_cause"] = session.endedCause.map { .string($0.rawValue) }
        object["applications"] = .array(
            applications.map {
                [
                    "client_id": .string($0.clientID.rawValue), "application": .string($0.name),
                    "sid": .string($0.sid.rawValue),
                ]
            }
        )
        return .object(object)
    }
}
