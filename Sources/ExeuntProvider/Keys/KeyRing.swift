import Crypto
package import Logging
package import OpenIDTypes
package import SQLStore
import Synchronization

/// The provider's signing keys: one that signs for each algorithm, those that will, and all that ever did.
///
/// A new key is published before it signs, so that no application meets a signature that its copy of the key set does
/// not explain. A retired key stays published for a while (Core §10.1.1), and verifies our own old tokens for good: an
/// `id_token_hint` of last year must still be recognised.
package final class KeyRing: Sendable {
    /// How long a new key is published before it signs; longer than the key set may be cached.
    package static let lead: Duration = .seconds(300)
    /// How long a retired key stays in the key set; longer than any token of ours lives.
    package static let publishedAfterRetirement: Duration = .seconds(24 * 3600)

    private let database: Database
    private let issuer: String
    private let box: SecretBox
    private let clock: any WallClock
    private let logger: Logger
    private let state = Mutex<KeySnapshot?>(nil)

    private init(database: Database, issuer: String, box: SecretBox, clock: any WallClock, logger: Logger) {
        self.database = database
        self.issuer = issuer
        self.box = box
        self.clock = clock
        self.logger = logger
    }

    /// Opens the ring of a migrated database and creates what is missing: one key for each algorithm.
    /// - Parameters:
    ///   - issuer: the `iss` that our own tokens carry.
    ///   - initialKeys: used in place of generated ones where a key is missing.
    package static func open(
        database: Database, issuer: String, box: SecretBox, clock: any WallClock, logger: Logger,
        initialKeys: [KeyMaterial] = []
    ) async throws -> KeyRing {
        let ring = KeyRing(database: database, issuer: issuer, box: box, clock: clock, logger: logger)
        try await ring.createMissing(initialKeys)
        return ring
    }

    // MARK: - Signing and verifying

    /// The key that signs now with this algorithm.
    package func signer(_ algorithm: SigningAlgorithm, in db: any SQLReader, now: Timestamp) throws -> SigningKey {
        guard let key = try snapshot(in: db).signer(algorithm, now: now) else {
            throw KeyRingFault.noKey(algorithm)
        }
        return key
    }

    /// The JWK set (RFC 7517 §5): keys that sign, will sign, or signed until a short while ago.
    package func publicKeySet(in db: any SQLReader, now: Timestamp) throws -> String {
        let keys = try snapshot(in: db).keys.filter { $0.isPublished(now: now) }
        return JSONValue.object(["keys": .array(keys.map(\.publicJWK))]).serialized()
    }

    /// The claims of a token that we signed as this kind of token; nil for anything else. Keys that were retired long
    /// ago still verify. Whether it has expired is the caller's question.
    package func verifyOwn(
        _ token: String, as kind: OwnTokenKind, in db: any SQLReader, now: Timestamp
    ) throws -> JSONValue? {
        guard let jws = try? CompactJWS.parse(token), let kid = jws.keyID, let claims = jws.unverifiedClaims,
            claims["iss"]?.string == issuer, kind.fits(type: jws.type, claims: claims),
            let key = try snapshot(in: db).key(KeyID(kid)), jws.algorithm == key.algorithm.rawValue,
            key.publicKey.isValid(jws.signature, over: jws.signingInput)
        else { return nil }
        return claims
    }

    /// The snapshot of the generation that this transaction sees: a rotation holds for the very next request.
    private func snapshot(in db: any SQLReader) throws -> KeySnapshot {
        let row = try db.row("SELECT value FROM meta WHERE key = 'keys_generation'")
        let generation = try row?.value("value", as: String.self) ?? "0"
        if let current = state.withLock({ $0 }), current.generation == generation { return current }
        let fresh = try KeySnapshot(generation: generation, rows: KeySnapshot.rows(in: db), box: box)
        state.withLock { $0 = fresh }
        return fresh
    }

    // MARK: - Creating and rotating

    /// Every key, oldest first.
    package func list() async throws -> [KeyRecord] {
        let now = clock.now
        return try await database.read { [self] db in try snapshot(in: db).keys.map { $0.record(now: now) } }
    }

    /// Gives each algorithm, or the one named, a new key.
    /// - Parameter immediately: the new key signs at once, because the old one is compromised or there is no time.
    @discardableResult
    package func rotate(_ algorithm: SigningAlgorithm? = nil, immediately: Bool = false, actor: String) async throws
        -> [KeyRecord]
    {
        let now = clock.now
        let start = immediately ? now : now + Self.lead
        let fresh = try (algorithm.map { [$0] } ?? SigningAlgorithm.allCases).map {
            try SealedKey(KeyMaterial.generate($0), box: box)
        }
        return try await database.write { [self] db in
            try lockGeneration(in: db)
            for key in fresh {
                // Also one that was to begin later: there is one newest key.
                try db.execute(
                    """
                    UPDATE signing_keys SET retired_at = \(start) \
                    WHERE algorithm = \(key.algorithm.rawValue) AND (retired_at IS NULL OR retired_at > \(start))
                    """
                )
                try key.insert(in: db, created: now, activeFrom: start)
                try AuditTrail.record(
                    actor: actor, action: "key.rotated", object: key.kid.rawValue,
                    detail: ["algorithm": .string(key.algorithm.rawValue), "active_from": .string(start.iso8601)],
                    in: db, now: now
                )
            }
            try advanceGeneration(in: db)
            let made = Set(fresh.map(\.kid))
            return try snapshot(in: db).keys.filter { made.contains($0.kid) }.map { $0.record(now: now) }
        }
    }

    private func createMissing(_ initialKeys: [KeyMaterial]) async throws {
        let existing = try await database.read { db in try Self.algorithms(in: db) }
        let missing = SigningAlgorithm.allCases.filter { !existing.contains($0.rawValue) }
        guard !missing.isEmpty else { return }
        let fresh = try missing.map { algorithm in
            let given = initialKeys.first { $0.algorithm == algorithm }
            return try SealedKey(given ?? KeyMaterial.generate(algorithm), box: box)
        }
        let now = clock.now
        try await database.write { [self] db in
            try lockGeneration(in: db)
            // Another process may have been quicker.
            let existing = try Self.algorithms(in: db)
            for key in fresh where !existing.contains(key.algorithm.rawValue) {
                try key.insert(in: db, created: now, activeFrom: now)
            }
            try advanceGeneration(in: db)
        }
        logger.info("Created signing keys", metadata: ["algorithms": "\(missing.map(\.rawValue))"])
    }

    private static func algorithms(in db: any SQLReader) throws -> Set<String> {
        Set(try db.rows("SELECT DISTINCT algorithm FROM signing_keys").map { try $0.value("algorithm") })
    }

    /// Rotations wait for each other.
    private func lockGeneration(in db: any SQLWriter) throws {
        try db.execute("INSERT INTO meta (key, value) VALUES ('keys_generation', '0') ON CONFLICT (key) DO NOTHING")
        _ = try db.row("SELECT value FROM meta WHERE key = 'keys_generation' \(forUpdate)")
    }

    /// Random, not counted: a transaction that is rolled back must not leave a snapshot behind that a later one matches.
    private func advanceGeneration(in db: any SQLWriter) throws {
        try db.execute("UPDATE meta SET value = \(RandomToken.make(bytes: 16)) WHERE key = 'keys_generation'")
    }
}
