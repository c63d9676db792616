package import OpenIDTypes
package import OutgoingHTTP
package import SQLStore

/// What an operator does to clients. All or nothing: a document is accepted as a whole, or refused with everything that is
/// wrong with it. Every method throws ``RegistrationRefusals`` for a bad document and ``AdministrationRefusal`` for a
/// client that is not there.
package struct ClientAdministration: Sendable {
    private let database: Database
    private let policy: RegistrationPolicy
    private let addresses: AddressPolicy
    private let termination: SessionTermination
    private let clock: any WallClock

    package init(
        database: Database, policy: RegistrationPolicy, addresses: AddressPolicy, termination: SessionTermination,
        clock: any WallClock
    ) {
        self.database = database
        self.policy = policy
        self.addresses = addresses
        self.termination = termination
        self.clock = clock
    }

    /// Registers a client. `client_id` is the document's own, or made here.
    package func add(_ document: JSONValue, actor: String) async throws -> ClientRegistration {
        var refusals: [RegistrationRefusal] = []
        let metadata = accepted(document, &refusals)
        let id = identifier(in: document, &refusals)
        // A secret of somebody's choice can be guessed or is used elsewhere; ours cannot.
        if document["client_secret"] != nil {
            refusals.append(
                RegistrationRefusal(member: "client_secret", problem: .notSupported, hint: "it is made here"))
        }
        guard refusals.isEmpty, let metadata, let id else { throw RegistrationRefusals(refusals) }
        let secret = metadata.tokenEndpointAuthMethod.usesSecret ? RandomToken.make() : nil
        let now = clock.now
        return try await database.write { db in
            guard let row = try Self.insert(id, metadata, secret, in: db, now) else {
                throw RegistrationRefusals("client_id", .taken)
            }
            try AuditTrail.record(actor: actor, action: "client.added", object: id.rawValue, in: db, now: now)
            return try ClientRegistration(row: row, secret: secret)
        }
    }

    /// Replaces the whole record (RFC 7592 §2.2): what is not in the document is gone. The secret stays, unless the new
    /// authentication method has none, or has one where there was none.
    package func update(_ id: ClientID, _ document: JSONValue, actor: String) async throws -> ClientRegistration {
        var refusals: [RegistrationRefusal] = []
        let metadata = accepted(document, &refusals)
        if let named = document["client_id"], named.string != id.rawValue {
            refusals.append(RegistrationRefusal(member: "client_id", problem: .conflict))
        }
        guard refusals.isEmpty, let metadata else { throw RegistrationRefusals(refusals) }
        let fresh = RandomToken.make()
        let now = clock.now
        return try await database.write { db in
            let old = try Self.existing(id, in: db)
            let needsSecret = metadata.tokenEndpointAuthMethod.usesSecret
            let secret = needsSecret && old.secretHash == nil ? fresh : nil
            let hash = needsSecret ? secret.map { RandomToken.hash($0) } ?? old.secretHash : nil
            let row = try db.row(
                """
                UPDATE clients SET metadata = \(metadata.json.serialized()), secret_hash = \(hash), \
                revision = revision + 1, updated_at = \(now) WHERE client_id = \(id) AND status = 'active' \
                RETURNING \(sql: ClientRegistry.columns)
                """
            )
            guard let row else { throw Self.unknown(id) }
            try AuditTrail.record(actor: actor, action: "client.updated", object: id.rawValue, in: db, now: now)
            return try ClientRegistration(row: row, secret: secret)
        }
    }

    /// Gives the client a new secret; the old one is dead at once.
    package func rotateSecret(_ id: ClientID, actor: String) async throws -> ClientRegistration {
        let secret = RandomToken.make()
        let now = clock.now
        return try await database.write { db in
            let method = try Self.existing(id, in: db).metadata.tokenEndpointAuthMethod
            guard method.usesSecret else {
                throw AdministrationRefusal(
                    "The client \"\(id)\" authenticates by \(method.rawValue), without a secret.")
            }
            let row = try db.row(
                """
                UPDATE clients SET secret_hash = \(RandomToken.hash(secret)), revision = revision + 1, \
                updated_at = \(now) WHERE client_id = \(id) AND status = 'active' \
                RETURNING \(sql: ClientRegistry.columns)
                """
            )
            guard let row else { throw Self.unknown(id) }
            try AuditTrail.record(actor: actor, action: "client.secret_rotated", object: id.rawValue, in: db, now: now)
            return try ClientRegistration(row: row, secret: secret)
        }
    }

    /// Removes the client: everybody is signed out of it, its grants are dead, and it is told so, last of all. The record
    /// stays, because deliveries and receipts still name it.
    package func delete(_ id: ClientID, actor: String) async throws -> TerminationOutcome {
        let (termination, now) = (termination, clock.now)
        return try await database.write { db in
            _ = try Self.existing(id, in: db)
            let request = TerminationRequest(scope: .client(id), cause: .clientRemoved, actor: actor)
            let outcome = try termination.end(request, in: db, now: now)
            try db.execute(
                """
                UPDATE clients SET status = 'removed', secret_hash = NULL, revision = revision + 1, updated_at = \(now) \
                WHERE client_id = \(id)
                """
            )
            try db.execute("DELETE FROM consents WHERE client_id = \(id)")
            try AuditTrail.record(actor: actor, action: "client.removed", object: id.rawValue, in: db, now: now)
            return outcome
        }
    }

    /// All clients by name.
    package func list(includingRemoved: Bool = false) async throws -> [ClientRegistration] {
        try await database.read { db in
            let rows = try db.rows("SELECT \(sql: ClientRegistry.columns) FROM clients ORDER BY client_id")
            return try rows.map { try ClientRegistration(row: $0) }.filter { includingRemoved || !$0.client.isRemoved }
        }
    }

    /// One client; nil if there is none of that name. Also a removed one.
    package func show(_ id: ClientID) async throws -> ClientRegistration? {
        try await database.read { db in
            try db.row("SELECT \(sql: ClientRegistry.columns) FROM clients WHERE client_id = \(id)")
                .map { try ClientRegistration(row: $0) }
        }
    }

    // MARK: - Judging

    /// The resulting record, judged as a whole.
    private func accepted(_ document: JSONValue, _ refusals: inout [RegistrationRefusal]) -> ClientMetadata? {
        let metadata: ClientMetadata
        do {
            metadata = try ClientMetadata(json: document, policy: policy)
        } catch {
            refusals += error.refusals
            return nil
        }
        refusals += ClientAddressCheck(addresses: addresses).problems(of: metadata)
        return metadata
    }

    private func identifier(in document: JSONValue, _ refusals: inout [RegistrationRefusal]) -> ClientID? {
        guard let given = document["client_id"], given != .null else { return ClientID(RandomToken.make(bytes: 16)) }
        guard let text = given.string, ClientIdentifierRule.isLegal(text) else {
            refusals.append(RegistrationRefusal(member: "client_id", problem: .forbiddenCharacter))
            return nil
        }
        return ClientID(text)
    }

    /// Nil if the name is taken. A removed client's name may be used again: its cut-off stays, so that nothing that the
    /// old one was given comes back to life.
    private static func insert(
        _ id: ClientID, _ metadata: ClientMetadata, _ secret: String?, in db: any SQLWriter, _ now: Timestamp
    ) throws -> SQLRow? {
        try db.row(
            """
            INSERT INTO clients (client_id, metadata, secret_hash, status, revision, created_at, updated_at) \
            VALUES (\(id), \(metadata.json.serialized()), \(secret.map { RandomToken.hash($0) }), 'active', 1, \(now), \
            \(now)) ON CONFLICT (client_id) DO UPDATE SET metadata = excluded.metadata, \
            secret_hash = excluded.secret_hash, status = 'active', revision = clients.revision + 1, \
            created_at = excluded.created_at, updated_at = excluded.updated_at WHERE clients.status = 'removed' \
            RETURNING \(sql: ClientRegistry.columns)
            """
        )
    }

    private static func existing(_ id: ClientID, in db: any SQLReader) throws -> Client {
        let row = try db.row("SELECT \(sql: ClientRegistry.columns) FROM clients WHERE client_id = \(id) \(forUpdate)")
        guard let client = try row.map({ try ClientRegistry.client($0) }), !client.isRemoved else { throw unknown(id) }
        return client
    }

    private static func unknown(_ id: ClientID) -> AdministrationRefusal {
        AdministrationRefusal("There is no client \"\(id.rawValue.prefix(255))\".")
    }
}
