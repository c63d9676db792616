import ExeuntProvider
import ExeuntTesting
import ForeignKeys
import OpenIDTypes
import SQLStore
import Testing

@Suite("The provider's signing keys")
struct KeyRingTests {
    @Test("C1: the key set has distinct kids, alg and use on every key, and no private member")
    func keySet() async throws {
        let keys = try #require(try await KeyPlace().keySet()["keys"]?.array)
        #expect(Set(keys.compactMap { $0["alg"]?.string }) == ["RS256", "ES256", "EdDSA"])
        #expect(Set(keys.compactMap { $0["kid"]?.string }).count == 3)
        for key in keys {
            #expect(key["use"] == "sig")
            for secret in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] { #expect(key[secret] == nil, "\(secret)") }
            for member in ["n", "e", "x", "y"] {
                guard let text = key[member]?.string else { continue }
                #expect(Base64URL.decode(text)?.isEmpty == false)
            }
        }
    }

    @Test("C5: a stranger verifies our tokens with the published keys", arguments: SigningAlgorithm.allCases)
    func foreignVerification(algorithm: SigningAlgorithm) async throws {
        let place = try await KeyPlace()
        let signer = try await place.signer(algorithm)
        let token = try signer.sign(type: "JWT", payload: place.claims(.idToken))
        let jws = try CompactJWS.parse(token)
        #expect(jws.header == ["alg": .string(algorithm.rawValue), "typ": "JWT", "kid": .string(signer.kid.rawValue)])
        let keys = try await place.keySet()
        #expect(try await ForeignKeySet.verify(token, keys: keys, allowed: [algorithm]) == place.claims(.idToken))
        let others = SigningAlgorithm.allCases.filter { $0 != algorithm }
        #expect(try await ForeignKeySet.verify(token, keys: keys, allowed: others) == nil)
    }

    @Test("A-08, A-33: each kind of token is that kind and no other", arguments: OwnTokenKind.allCases)
    func kinds(kind: OwnTokenKind) async throws {
        let place = try await KeyPlace()
        let signer = try await place.signer(.es256)
        let types = [OwnTokenKind.idToken: "JWT", .logoutToken: "logout+jwt", .accessToken: "at+jwt"]
        let token = try signer.sign(type: try #require(types[kind]), payload: place.claims(kind))
        for other in OwnTokenKind.allCases {
            #expect((try await place.verify(token, as: other) != nil) == (other == kind), "\(kind) as \(other)")
        }
    }

    @Test("A-33: a logout token of type JWT, for older libraries, is no ID token")
    func olderLogoutToken() async throws {
        let place = try await KeyPlace()
        let token = try await place.signer(.rs256).sign(type: "JWT", payload: place.claims(.logoutToken))
        #expect(try await place.verify(token, as: .logoutToken) != nil)
        #expect(try await place.verify(token, as: .idToken) == nil)
    }

    @Test("A-05, A-07, A-11: foreign issuers, altered tokens, other algorithms and unknown keys do not verify")
    func forgeries() async throws {
        let place = try await KeyPlace()
        let signer = try await place.signer(.es256)
        let good = try signer.sign(type: "JWT", payload: place.claims(.idToken))
        #expect(try await place.verify(good, as: .idToken) != nil)
        let parts = good.split(separator: ".").map(String.init)
        let foreign = try signer.sign(type: "JWT", payload: place.claims(.idToken, issuer: "https://evil.example"))
        let stranger = try await KeyPlace(generating: ()).signer(.es256)
        func header(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }
        let kid = signer.kid.rawValue
        let forged = [
            foreign,
            try stranger.sign(type: "JWT", payload: place.claims(.idToken)),
            "\(parts[0]).\(header("{\"iss\":\"https://op.example\"}")).\(parts[2])",
            "\(parts[0]).\(parts[1]).\(Base64URL.encode([UInt8](repeating: 0, count: 64)))",
            "\(parts[0]).\(parts[1]).\(Base64URL.encode([UInt8](repeating: 1, count: 70)))",
            "\(header("{\"alg\":\"none\",\"kid\":\"\(kid)\"}")).\(parts[1]).\(parts[2])",
            "\(header("{\"alg\":\"none\",\"kid\":\"\(kid)\"}")).\(parts[1]).",
            "\(header("{\"alg\":\"HS256\",\"kid\":\"\(kid)\"}")).\(parts[1]).\(parts[2])",
            "\(header("{\"alg\":\"RS256\",\"kid\":\"\(kid)\"}")).\(parts[1]).\(parts[2])",
            "\(header("{\"alg\":\"ES256\"}")).\(parts[1]).\(parts[2])",
            "\(header("{\"alg\":\"ES256\",\"kid\":\"nobody\"}")).\(parts[1]).\(parts[2])",
            good + ".x", String(good.dropLast()), "", "x.y.z", String(repeating: "A", count: 1 << 20),
        ]
        for token in forged { #expect(try await place.verify(token, as: .idToken) == nil, "\(token.prefix(80))") }
    }

    @Test("CO-18: a new key is published before it signs, the old one after it has stopped")
    func rotation() async throws {
        let place = try await KeyPlace()
        let old = try await place.signer(.es256).kid
        let made = try await place.ring.rotate(.es256, actor: "test")
        let new = try #require(made.first).kid
        #expect(made.map(\.status) == [.upcoming])
        #expect(try await place.kids().isSuperset(of: [old.rawValue, new.rawValue]))
        #expect(try await place.signer(.es256).kid == old)
        place.clock.advance(by: KeyRing.lead)
        #expect(try await place.signer(.es256).kid == new)
        #expect(try await place.kids().contains(old.rawValue))
        place.clock.advance(by: KeyRing.publishedAfterRetirement)
        #expect(try await !place.kids().contains(old.rawValue))
        let statuses = Dictionary(uniqueKeysWithValues: try await place.ring.list().map { ($0.kid, $0.status) })
        #expect(statuses[old] == .archived && statuses[new] == .active)
    }

    @Test(
        "A-10, CO-18: a hint of before two rotations still verifies, a year later", arguments: SigningAlgorithm.allCases
    )
    func retiredKeys(algorithm: SigningAlgorithm) async throws {
        let place = try await KeyPlace()
        let hint = try await place.signer(algorithm).sign(type: "JWT", payload: place.claims(.idToken))
        for _ in 0..<2 {
            // RSA's own turn is enough; the others cost nothing.
            try await place.ring.rotate(algorithm, immediately: true, actor: "test")
            place.clock.advance(by: .seconds(86_400 * 180))
        }
        #expect(try await place.verify(hint, as: .idToken) != nil)
        #expect(try await !place.kids().contains(try #require(CompactJWS.parse(hint).keyID)))
    }

    @Test("a rotation on one node holds for the next request on another")
    func freshness() async throws {
        let place = try await KeyPlace()
        let other = try await KeyPlace.open(place.database, place.clock)
        let before = try await place.signer(.edDSA, of: other).kid
        let made = try await place.ring.rotate(.edDSA, immediately: true, actor: "test")
        let after = try await place.signer(.edDSA, of: other).kid
        #expect(before != after && made.map(\.kid) == [after])
        // Opening again makes no further keys.
        _ = try await KeyPlace.open(place.database, place.clock)
        #expect(try await place.ring.list().count == 4)
    }

    @Test("two rotations before the first has begun leave one newest key")
    func twoRotations() async throws {
        let place = try await KeyPlace()
        try await place.ring.rotate(.es256, actor: "test")
        place.clock.advance(by: .seconds(60))
        let last = try #require(try await place.ring.rotate(.es256, actor: "test").first).kid
        place.clock.advance(by: KeyRing.lead)
        #expect(try await place.signer(.es256).kid == last)
        #expect(
            try await place.ring.list().filter { $0.algorithm == .es256 && $0.status == .active }.map(\.kid) == [last])
    }

    @Test("a key that was to begin later never does once another took its place at once")
    func overtaken() async throws {
        let place = try await KeyPlace()
        let planned = try #require(try await place.ring.rotate(.es256, actor: "test").first).kid
        let urgent = try #require(try await place.ring.rotate(.es256, immediately: true, actor: "test").first).kid
        for _ in 0..<3 {
            #expect(try await place.signer(.es256).kid == urgent)
            place.clock.advance(by: KeyRing.lead)
        }
        #expect(try await place.ring.list().first { $0.kid == planned }?.status == .retired)
    }

    @Test("a private key is in the database only sealed, and opens with no other master key")
    func sealed() async throws {
        let place = try await KeyPlace()
        let ring = try await KeyRing.open(
            database: place.database, issuer: KeyPlace.issuer,
            box: SecretBox(masterKey: [UInt8](repeating: 1, count: 32)),
            clock: place.clock, logger: KeyPlace.logger
        )
        await #expect(throws: KeyRingFault.self) { try await place.signer(.es256, of: ring) }
    }

    @Test("C5: at_hash is the left half of the algorithm's hash (Core §3.1.3.6, the value of §A.3)")
    func leftHalfHash() async throws {
        let place = try await KeyPlace()
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
        #expect(try await place.signer(.rs256).leftHalfHash(of: token) == "77QmUPtjPfzWtF2AnpK9RQ")
        #expect(try await place.signer(.es256).leftHalfHash(of: token) == "77QmUPtjPfzWtF2AnpK9RQ")
        #expect(Base64URL.decode(try await place.signer(.edDSA).leftHalfHash(of: token))?.count == 32)
    }
}

extension KeyPlace {
    /// Another provider with keys of its own.
    init(generating: Void) async throws {
        database = try await Database.open(.memory, logger: Self.logger)
        _ = try await database.migrate(Schema.migrations)
        ring = try await KeyRing.open(
            database: database, issuer: Self.issuer, box: Self.box, clock: clock, logger: Self.logger
        )
    }
}
