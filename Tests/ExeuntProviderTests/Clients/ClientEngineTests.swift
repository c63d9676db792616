import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import OutgoingHTTP
import SQLStore
import Testing

@Suite("Clients and keys on either engine")
struct ClientEngineTests {
    static func administration(_ place: TokenPlace) -> ClientAdministration {
        ClientAdministration(
            database: place.parts.database,
            policy: RegistrationPolicy(issuerOrigin: TokenPlace.issuer, development: false),
            addresses: AddressPolicy(),
            termination: place.parts.termination,
            clock: place.clock
        )
    }

    @Test("of several registrations of one name at once exactly one succeeds", arguments: TokenEngine.concurrent)
    func sameName(engine: TokenEngine) async throws {
        try await engine.run { place in
            let administration = Self.administration(place)
            let won = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        (try? await administration.add(.object(ClientPlace.document), actor: "test")) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(won == 1)
        }
    }

    @Test("add, update, new secret, delete and add again", arguments: TokenEngine.concurrent)
    func life(engine: TokenEngine) async throws {
        try await engine.run { place in
            let (administration, id) = (Self.administration(place), ClientID("app"))
            let document = JSONValue.object(ClientPlace.document)
            let first = try await administration.add(document, actor: "test")
            let second = try await administration.update(id, document, actor: "test")
            let third = try await administration.rotateSecret(id, actor: "test")
            _ = try await administration.delete(id, actor: "test")
            let fourth = try await administration.add(document, actor: "test")
            let revisions = [first, second, third, fourth].map(\.client.revision)
            #expect(revisions == revisions.sorted() && Set(revisions).count == 4)
            #expect(try await administration.show(id)?.client.secretHash == fourth.secret.map { RandomToken.hash($0) })
        }
    }

    @Test(
        "CO-18: rotations at once leave one key that signs, the same one on every node",
        arguments: TokenEngine.concurrent)
    func rotations(engine: TokenEngine) async throws {
        try await engine.run { place in
            let (ring, now) = (place.parts.keys, place.clock.now)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await ring.rotate(.es256, immediately: true, actor: "test") }
                }
                try await group.waitForAll()
            }
            let keys = try await ring.list().filter { $0.algorithm == .es256 }
            #expect(keys.count == 7)
            let active = keys.filter { $0.status == .active }.map(\.kid)
            let other = try await KeyRing.open(
                database: place.parts.database, issuer: TokenPlace.issuer, box: place.parts.secretBox,
                clock: place.clock,
                logger: TokenPlace.logger
            )
            for node in [ring, other] {
                let signer = try await place.parts.database.read { db in try node.signer(.es256, in: db, now: now) }
                #expect(active == [signer.kid])
            }
        }
    }
}
