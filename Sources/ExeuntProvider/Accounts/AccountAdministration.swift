import Foundation
package import OpenIDTypes
package import SQLStore

/// What an operator does to accounts. Whatever takes an account's access away ends its sessions in the same transaction
/// (A-85): there is no moment at which the account is disabled and somebody is still signed in.
package struct AccountAdministration: Sendable {
    /// An account after a change, and the logout that the change caused.
    package struct Change: Sendable {
        package let account: Account
        package let outcome: TerminationOutcome
    }

    private let database: Database
    private let directory: AccountDirectory
    private let hasher: PasswordHasher
    private let termination: SessionTermination
    private let clock: any WallClock

    package init(
        database: Database,
        directory: AccountDirectory,
        hasher: PasswordHasher,
        termination: SessionTermination,
        clock: any WallClock
    ) {
        self.database = database
        self.directory = directory
        self.hasher = hasher
        self.termination = termination
        self.clock = clock
    }

    // MARK: - Creating and changing

    /// Creates an account. Throws an ``AdministrationRefusal`` for a bad or taken username, claim or password.
    package func add(username: String, claims: JSONObject, password: String?, actor: String) async throws -> Account {
        let name = try Self.username(username)
        try Self.check(claims)
        let hash = if let password { try await hashed(password) } else { String?.none }
        let (directory, now) = (directory, clock.now)
        return try await database.write { db in
            guard let id = try Self.insert(name, claims: claims, hash: hash, in: db, now: now) else {
                throw AdministrationRefusal("The username \"\(name.text)\" is taken.")
            }
            try AuditTrail.record(actor: actor, action: "account.added", object: id.rawValue, in: db, now: now)
            return try Self.existing(directory.find(id, in: db))
        }
    }

    /// Inserts an account; nil if its username is taken.
    static func insert(
        _ name: Username, claims: JSONObject, hash: String?, in db: any SQLWriter, now: Timestamp
    ) throws -> AccountID? {
        let row = try db.row(
            """
            INSERT INTO accounts (account_id, username, username_key, password_hash, status, claims, created_at, updated_at)
            VALUES (\(UUID().uuidString.lowercased()), \(name.text), \(name.key), \(hash), \("active"),
                \(JSONValue.object(claims).serialized()), \(now), \(now))
            ON CONFLICT (username_key) DO NOTHING RETURNING account_id
            """
        )
        return try row.map { try $0.value("account_id") }
    }

    /// Changes claims, each given one replacing the old one and null removing it, and the username.
    package func update(
        username: String, claims changes: JSONObject, newUsername: String? = nil, actor: String
    ) async throws -> Account {
        let newName = try newUsername.map { try Self.username($0) }
        var given = changes
        for (name, value) in changes.members where value == .null { given[name] = nil }
        try Self.check(given)
        let (directory, now) = (directory, clock.now)
        return try await database.write { db in
            let account = try Self.named(username, directory, in: db)
            var claims = account.claims
            for (name, value) in changes.members { claims[name] = value == .null ? nil : value }
            if let newName, let other = try directory.find(username: newName.text, in: db), other.id != account.id {
                throw AdministrationRefusal("The username \"\(newName.text)\" is taken.")
            }
            let name = try newName ?? Username(account.username)
            try db.execute(
                """
                UPDATE accounts SET claims = \(JSONValue.object(claims).serialized()), username = \(name.text),
                    username_key = \(name.key), updated_at = \(now)
                WHERE account_id = \(account.id)
                """
            )
            try AuditTrail.record(
                actor: actor, action: "account.updated", object: account.id.rawValue, in: db, now: now)
            return try Self.existing(directory.find(account.id, in: db))
        }
    }

    // MARK: - Ending access

    /// Sets a password, whoever asks for it, and ends every session and offline grant: whoever knew the old one is out.
    package func setPassword(username: String, password: String, actor: String) async throws -> Change {
        let hash = try await hashed(password)
        return try await end(username, cause: .passwordChanged, action: "account.password_set", actor: actor) {
            id, now, db in
            try db.execute(
                "UPDATE accounts SET password_hash = \(hash), updated_at = \(now) WHERE account_id = \(id)"
            )
        }
    }

    /// Nobody can sign in to the account, and everybody who is signed in is signed out. Disabling twice changes nothing.
    package func disable(username: String, actor: String) async throws -> Change {
        try await end(username, cause: .accountDisabled, action: "account.disabled", actor: actor) { id, now, db in
            try db.execute(
                """
                UPDATE accounts SET status = 'disabled', updated_at = \(now)
                WHERE account_id = \(id) AND status = 'active'
                """
            )
        }
    }

    /// Undoes ``disable(username:actor:)``; sessions and grants that ended stay ended.
    package func enable(username: String, actor: String) async throws -> Account {
        let (directory, now) = (directory, clock.now)
        return try await database.write { db in
            let account = try Self.named(username, directory, in: db)
            try db.execute(
                """
                UPDATE accounts SET status = 'active', updated_at = \(now)
                WHERE account_id = \(account.id) AND status = 'disabled'
                """
            )
            try AuditTrail.record(
                actor: actor, action: "account.enabled", object: account.id.rawValue, in: db, now: now)
            return try Self.existing(directory.find(account.id, in: db))
        }
    }

    /// Erases the person and leaves a tombstone: the username is free, the id is never given to anybody else, because
    /// applications would take the next one for the first (Core §2 `sub`).
    package func delete(username: String, actor: String) async throws -> Change {
        try await end(username, cause: .accountDeleted, action: "account.deleted", actor: actor) { id, now, db in
            // U+007F cannot be in a username, so that nobody's name is ever a tombstone's.
            let buried = "\u{7F}" + id.rawValue
            try db.execute(
                """
                UPDATE accounts SET status = 'deleted', username = '', username_key = \(buried), password_hash = NULL,
                    claims = '{}', updated_at = \(now)
                WHERE account_id = \(id)
                """
            )
            try db.execute("DELETE FROM consents WHERE account_id = \(id)")
        }
    }

    private func end(
        _ username: String,
        cause: TerminationCause,
        action: String,
        actor: String,
        change: @escaping @Sendable (AccountID, Timestamp, any SQLWriter) throws -> Void
    ) async throws -> Change {
        let (directory, termination, now) = (directory, termination, clock.now)
        return try await database.write { db in
            let account = try Self.named(username, directory, in: db)
            let request = TerminationRequest(scope: .account(account.id), cause: cause, actor: actor)
            let outcome = try termination.end(request, in: db, now: now)
            try change(account.id, now, db)
            try AuditTrail.record(actor: actor, action: action, object: account.id.rawValue, in: db, now: now)
            return Change(account: try Self.existing(directory.find(account.id, in: db)), outcome: outcome)
        }
    }

    // MARK: - Judging

    private func hashed(_ password: String) async throws -> String {
        do {
            return try await hasher.hash(password)
        } catch PasswordHasher.Failure.unusablePassword {
            throw AdministrationRefusal("A password has 1 to \(PasswordHasher.maximumBytes) bytes.")
        }
    }

    static func username(_ text: String) throws -> Username {
        do {
            return try Username(text)
        } catch {
            throw AdministrationRefusal("\"\(text.prefix(140))\" cannot be a username: \(error.description).")
        }
    }

    private static func check(_ claims: JSONObject) throws {
        let problems = StandardClaims.problems(of: claims)
        if !problems.isEmpty { throw AdministrationRefusal(problems.joined(separator: "; ") + ".") }
    }

    private static func named(
        _ username: String, _ directory: AccountDirectory, in db: any SQLReader
    ) throws -> Account {
        guard let account = try directory.find(username: username, in: db), account.status != .deleted else {
            throw AdministrationRefusal("There is no account \"\(username.prefix(140))\".")
        }
        return account
    }

    private static func existing(_ account: Account?) throws -> Account {
        guard let account else { throw AdministrationRefusal("The account has just been removed.") }
        return account
    }
}
