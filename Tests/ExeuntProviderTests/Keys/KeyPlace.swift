import ExeuntProvider
import ExeuntTesting
import Logging
import OpenIDTypes
import SQLStore

/// A ring of keys over a database of its own.
struct KeyPlace: Sendable {
    static let issuer = "https://op.example"
    static let box = SecretBox(masterKey: [UInt8](repeating: 9, count: 32))
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    /// Made once: an RSA key takes longer than these tests.
    private static let material = Result { try SigningAlgorithm.allCases.map { try KeyMaterial.generate($0) } }

    let clock = ManualClock()
    let database: Database
    let ring: KeyRing

    init() async throws {
        database = try await Database.open(.memory, logger: Self.logger)
        _ = try await database.migrate(Schema.migrations)
        ring = try await Self.open(database, clock)
    }

    /// As another node, or the command line, opens the same database.
    static func open(_ database: Database, _ clock: ManualClock) async throws -> KeyRing {
        try await KeyRing.open(
            database: database, issuer: issuer, box: box, clock: clock, logger: logger, initialKeys: material.get()
        )
    }

    var now: Timestamp { clock.now }

    func signer(_ algorithm: SigningAlgorithm, of ring: KeyRing? = nil) async throws -> SigningKey {
        let (ring, now) = (ring ?? self.ring, now)
        return try await database.read { db in try ring.signer(algorithm, in: db, now: now) }
    }

    func keySet() async throws -> JSONValue {
        let (ring, now) = (ring, now)
        return try JSONValue.parse(try await database.read { db in try ring.publicKeySet(in: db, now: now) })
    }

    func kids() async throws -> Set<String> {
        Set(try await keySet()["keys"]?.array?.compactMap { $0["kid"]?.string } ?? [])
    }

    func verify(_ token: String, as kind: OwnTokenKind) async throws -> JSONValue? {
        let (ring, now) = (ring, now)
        return try await database.read { db in try ring.verifyOwn(token, as: kind, in: db, now: now) }
    }

    /// Claims that fit the kind.
    func claims(_ kind: OwnTokenKind, issuer: String = issuer) -> JSONValue {
        switch kind {
        case .idToken:
            IDTokenClaims(
                issuer: issuer, subject: Subject("s"), audience: ClientID("c"), expires: now + .seconds(600),
                issuedAt: now, nonce: "n", sid: SID("x")
            ).json
        case .logoutToken:
            LogoutTokenClaims(
                issuer: issuer, audience: ClientID("c"), subject: Subject("s"), sid: SID("x"), issuedAt: now,
                expires: now + .seconds(120), jti: "j"
            ).json
        case .accessToken:
            AccessTokenClaims(
                issuer: issuer, audience: "api", subject: Subject("s"), clientID: ClientID("c"),
                expires: now + .seconds(300), issuedAt: now, jti: "j", scope: ["openid"], sid: SID("x")
            ).json
        }
    }
}
