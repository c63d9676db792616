import Crypto
package import OpenIDTypes
import SQLStore

/// A fault of the ring itself; the request cannot be served.
package enum KeyRingFault: Error, Sendable, CustomStringConvertible {
    case noKey(SigningAlgorithm)
    case unreadable(KeyID)

    package var description: String {
        switch self {
        case .noKey(let algorithm): "there is no signing key for \(algorithm.rawValue)"
        case .unreadable(let kid): "the signing key \(kid) cannot be read with this master key"
        }
    }
}

/// A key as the operator sees it.
package struct KeyRecord: Sendable, Hashable {
    package enum Status: String, Sendable, Hashable, CaseIterable {
        /// Published, not signing yet.
        case upcoming
        case active
        /// Not signing any more, still published.
        case retired
        /// Not published any more; verifies our own old tokens.
        case archived
    }

    package let kid: KeyID
    package let algorithm: SigningAlgorithm
    package let createdAt: Timestamp
    package let activeFrom: Timestamp
    package let retiredAt: Timestamp?
    package let status: Status
}

/// All keys of one generation, immutable.
struct KeySnapshot: Sendable {
    struct Key: Sendable {
        let kid: KeyID
        let algorithm: SigningAlgorithm
        let publicJWK: JSONValue
        let publicKey: PublicKey
        let signing: SigningKey
        let createdAt: Timestamp
        let activeFrom: Timestamp
        let retiredAt: Timestamp?

        func isPublished(now: Timestamp) -> Bool {
            guard let retiredAt else { return true }
            return now < retiredAt + KeyRing.publishedAfterRetirement
        }

        func record(now: Timestamp) -> KeyRecord {
            let status: KeyRecord.Status =
                if !isPublished(now: now) {
                    .archived
                } else if let retiredAt, retiredAt <= now {
                    .retired
                } else {
                    activeFrom <= now ? .active : .upcoming
                }
            return KeyRecord(
                kid: kid, algorithm: algorithm, createdAt: createdAt, activeFrom: activeFrom, retiredAt: retiredAt,
                status: status
            )
        }
    }

    let generation: String
    /// Oldest first.
    let keys: [Key]
    private let positions: [KeyID: Int]

    static func rows(in db: any SQLReader) throws -> [SQLRow] {
        try db.rows(
            """
            SELECT kid, algorithm, public_jwk, sealed_private, created_at, active_from, retired_at FROM signing_keys \
            ORDER BY active_from, created_at, kid
            """
        )
    }

    init(generation: String, rows: [SQLRow], box: SecretBox) throws {
        self.generation = generation
        keys = try rows.map { try Self.key($0, box) }
        positions = Dictionary(keys.enumerated().map { ($1.kid, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func key(_ kid: KeyID) -> Key? { positions[kid].map { keys[$0] } }

    /// The youngest that has begun and is not retired. Where clocks disagree there may be none; then any key of ours is
    /// better than no signature.
    func signer(_ algorithm: SigningAlgorithm, now: Timestamp) -> SigningKey? {
        let candidates = keys.filter { $0.algorithm == algorithm }
        let begun = candidates.filter { $0.activeFrom <= now }
        let current = begun.last { key in key.retiredAt.map { $0 > now } ?? true }
        return (current ?? begun.last ?? candidates.first)?.signing
    }

    private static func key(_ row: SQLRow, _ box: SecretBox) throws -> Key {
        let kid: KeyID = try row.value("kid")
        let algorithm: String = try row.value("algorithm")
        guard let algorithm = SigningAlgorithm(rawValue: algorithm),
            let jwk = try? JSONValue.parse(try row.value("public_jwk", as: String.self)),
            let publicKey = PublicKey(jwk: jwk, algorithm: algorithm),
            let bytes = try? box.open(
                try row.value("sealed_private"), purpose: SealedKey.purpose, context: Array(kid.rawValue.utf8)
            ),
            let privateKey = try? KeyMaterial(algorithm: algorithm, privateBytes: bytes).privateKey()
        else { throw KeyRingFault.unreadable(kid) }
        return Key(
            kid: kid,
            algorithm: algorithm,
            publicJWK: jwk,
            publicKey: publicKey,
            signing: SigningKey(kid: kid, algorithm: algorithm, key: privateKey),
            createdAt: try row.value("created_at"),
            activeFrom: try row.value("active_from"),
            retiredAt: try row.optional("retired_at")
        )
    }
}

/// A key as it is stored: the private part sealed, bound to its `kid`.
struct SealedKey: Sendable {
    static let purpose = "signing key"

    let kid: KeyID
    let algorithm: SigningAlgorithm
    private let publicJWK: JSONValue
    private let sealed: [UInt8]

    init(_ material: KeyMaterial, box: SecretBox) throws {
        algorithm = material.algorithm
        let members = try material.privateKey().publicMembers()
        // The thumbprint (RFC 7638): nobody else's key has it, and it needs no counter.
        kid = KeyID(Base64URL.encode(SHA256.hash(data: JSONValue.object(members).serializedBytes())))
        let description: JSONObject = [
            "kty": .string(material.algorithm.keyType), "use": "sig", "alg": .string(material.algorithm.rawValue),
            "kid": .string(kid.rawValue),
        ]
        publicJWK = .object(description.merging(members))
        sealed = box.seal(material.privateBytes, purpose: Self.purpose, context: Array(kid.rawValue.utf8))
    }

    func insert(in db: any SQLWriter, created: Timestamp, activeFrom: Timestamp) throws {
        try db.execute(
            """
            INSERT INTO signing_keys (kid, algorithm, public_jwk, sealed_private, created_at, active_from) \
            VALUES (\(kid), \(algorithm.rawValue), \(publicJWK.serialized()), \(sealed), \(created), \(activeFrom))
            """
        )
    }
}
