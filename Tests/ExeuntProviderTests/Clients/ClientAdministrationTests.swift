import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Registering clients")
struct ClientAdministrationTests {
    @Test("C2: a secret is shown once, with its expiry, and only its hash is stored")
    func secret() async throws {
        let place = try await ClientPlace()
        let added = try await place.add()
        let secret = try #require(added.secret)
        #expect(Base64URL.decode(secret)?.count == 32)
        #expect(added.json["client_id"] == "app" && added.json["client_secret"]?.string == secret)
        #expect(added.json["client_secret_expires_at"] == 0)
        #expect(added.json["client_id_issued_at"]?.int == place.clock.now.seconds)
        #expect(added.json["redirect_uris"]?.strings == ["https://rp.example/cb"])
        #expect(try await place.find("app")?.secretHash == RandomToken.hash(secret))
        let shown = try #require(try await place.administration.show(ClientID("app")))
        #expect(shown.json["client_secret"] == nil && shown.secret == nil)
        #expect(try await place.audit() == ["client.added"])
    }

    @Test("a client without an id gets one; one that needs no secret gets none")
    func generated() async throws {
        let place = try await ClientPlace()
        let added = try await place.add(["client_id": .null, "token_endpoint_auth_method": "none"])
        #expect(Base64URL.decode(added.client.id.rawValue)?.count == 16)
        #expect(
            added.secret == nil && added.json["client_secret"] == nil && added.json["client_secret_expires_at"] == nil)
        #expect(try await place.find(added.client.id.rawValue)?.metadata.isPublic == true)
    }

    @Test("all or nothing: a refused document writes nothing and says everything")
    func refused() async throws {
        let place = try await ClientPlace()
        let refusals = try await #require(throws: RegistrationRefusals.self) {
            try await place.add([
                "client_id": "a b", "client_secret": "chosen", "redirect_uris": ["http://rp.example/"],
                "exeunt_tyop": 1,
            ])
        }
        let members = Set(refusals.refusals.map(\.member))
        #expect(members == ["client_id", "client_secret", "redirect_uris[0]", "exeunt_tyop"])
        #expect(try await place.administration.list(includingRemoved: true).isEmpty)
        #expect(try await place.audit().isEmpty)
    }

    @Test(
        "A-36, A-40, BC-OP-3: addresses that we would send to are judged by the guarded client's policy",
        arguments: [
            ("backchannel_logout_uri", "https://127.0.0.1/bc"), ("backchannel_logout_uri", "https://10.0.0.1/bc"),
            ("backchannel_logout_uri", "https://169.254.169.254/bc"),
            ("backchannel_logout_uri", "https://localhost/bc"),
            ("backchannel_logout_uri", "https://rp.example:22/bc"), ("backchannel_logout_uri", "https://0x7f.1/bc"),
            ("jwks_uri", "https://[::1]/jwks"), ("jwks_uri", "https://[::ffff:10.0.0.1]/jwks"),
            ("jwks_uri", "https://rp.example:6379/jwks"), ("jwks_uri", "https://intranet/jwks"),
        ])
    func addresses(member: String, uri: String) async throws {
        let place = try await ClientPlace()
        let refusals = try await #require(throws: RegistrationRefusals.self) {
            try await place.add([member: .string(uri)])
        }
        #expect(refusals.refusals.map(\.member) == [member])
        #expect(refusals.refusals.map(\.problem) == [.addressRefused])
    }

    @Test("A-24: an update is judged by the resulting record, and a refused one changes nothing")
    func update() async throws {
        let place = try await ClientPlace()
        _ = try await place.add(["frontchannel_logout_uri": "https://rp.example/fc", "client_name": "Before"])
        // Each half is harmless; together the frame would be foreign.
        await #expect(throws: RegistrationRefusals.self) {
            try await place.update([
                "redirect_uris": ["https://new.example/cb"], "frontchannel_logout_uri": "https://rp.example/fc",
            ])
        }
        await #expect(throws: RegistrationRefusals.self) { try await place.update(["client_id": "other"]) }
        #expect(try await place.find("app")?.name == "Before")
        let updated = try await place.update(["client_name": "After"])
        #expect(updated.secret == nil)
        let found = try #require(try await place.find("app"))
        #expect(found.name == "After" && found.metadata.frontchannelLogoutURI == nil)
        #expect(try await place.audit() == ["client.added", "client.updated"])
    }

    @Test("the secret stays with an update, unless the method has none or needs a first one")
    func secretOnUpdate() async throws {
        let place = try await ClientPlace()
        let first = try #require(try await place.add().secret)
        #expect(try await place.update(["token_endpoint_auth_method": "client_secret_post"]).secret == nil)
        #expect(try await place.find("app")?.secretHash == RandomToken.hash(first))
        _ = try await place.update(["token_endpoint_auth_method": "none"])
        #expect(try await place.find("app")?.secretHash == nil)
        let second = try #require(try await place.update([:]).secret)
        #expect(second != first)
        let third = try #require(try await place.administration.rotateSecret(ClientID("app"), actor: "test").secret)
        #expect(try await place.find("app")?.secretHash == RandomToken.hash(third))
        _ = try await place.update(["token_endpoint_auth_method": "none"])
        await #expect(throws: AdministrationRefusal.self) {
            try await place.administration.rotateSecret(ClientID("app"), actor: "test")
        }
    }

    @Test("A-12: a removed client is unknown at once, keeps its record, and its name may be used again")
    func removal() async throws {
        let place = try await ClientPlace()
        _ = try await place.add(["client_name": "Old"])
        #expect(try await place.find("app") != nil)
        _ = try await place.administration.delete(ClientID("app"), actor: "test")
        #expect(try await place.find("app") == nil)
        let registry = place.registry
        let kept = try await place.database.read { db in try registry.findIncludingRemoved(ClientID("app"), in: db) }
        #expect(kept?.isRemoved == true && kept?.name == "Old" && kept?.secretHash == nil)
        #expect(try await place.administration.list().isEmpty)
        #expect(try await place.administration.list(includingRemoved: true).count == 1)
        await #expect(throws: AdministrationRefusal.self) { try await place.update([:]) }
        await #expect(throws: AdministrationRefusal.self) {
            try await place.administration.delete(ClientID("app"), actor: "test")
        }
        _ = try await place.add(["client_name": "New"])
        #expect(try await place.find("app")?.name == "New")
        let taken = try await #require(throws: RegistrationRefusals.self) { try await place.add() }
        #expect(taken.refusals.map(\.problem) == [.taken])
    }
}
