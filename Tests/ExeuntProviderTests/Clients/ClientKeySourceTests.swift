import Crypto
import ExeuntProvider
import OpenIDTypes
import Synchronization
import Testing

@Suite("Clients' keys (private_key_jwt)")
struct ClientKeySourceTests {
    static let now = Timestamp(seconds: 1_700_000_000)

    /// A `jwks_uri` that counts how often it is asked.
    final class Web: Sendable {
        private let state = Mutex<(keys: JSONValue?, asked: [String])>((nil, []))
        var asked: Int { state.withLock { $0.asked.count } }
        func publish(_ keys: [JSONValue]?) { state.withLock { $0.keys = keys.map { ["keys": .array($0)] } } }
        func get(_ address: String) -> JSONValue? {
            state.withLock {
                $0.asked.append(address)
                return $0.keys
            }
        }
    }

    static func client(_ changes: JSONObject) throws -> Client {
        let document: JSONObject = [
            "redirect_uris": ["https://rp.example/cb"], "token_endpoint_auth_method": "private_key_jwt",
        ]
        let metadata = try ClientMetadata(
            json: .object(document.merging(changes)),
            policy: RegistrationPolicy(issuerOrigin: "https://op.example", development: false)
        )
        return Client(id: ClientID("c"), metadata: metadata, secretHash: nil, revision: 1, isRemoved: false)
    }

    static func jwk(_ kid: String) -> JSONValue {
        ForeignKeySetTests.jwk(ForeignKeySetTests.key, ["kid": .string(kid)])
    }
    static func jws(_ kid: String) throws -> CompactJWS {
        try CompactJWS.parse(try ForeignKeySetTests.token(["kid": .string(kid)]))
    }

    @Test("registered keys are used without asking anybody")
    func registered() async throws {
        let web = Web()
        let source = ClientKeySource { web.get($0) }
        let client = try Self.client(["jwks": ["keys": [Self.jwk("a")]]])
        #expect(try await source.verify(Self.jws("a"), of: client, allowed: [.es256], now: Self.now) == ["iss": "c"])
        #expect(try await source.verify(Self.jws("b"), of: client, allowed: [.es256], now: Self.now) == nil)
        #expect(try await source.verify(Self.jws("a"), of: client, allowed: [.rs256], now: Self.now) == nil)
        #expect(web.asked == 0)
    }

    @Test("A-41: a fetched set is kept, and asked for again for an unknown kid at most once a minute")
    func fetched() async throws {
        let web = Web()
        web.publish([Self.jwk("a")])
        let source = ClientKeySource { web.get($0) }
        let client = try Self.client(["jwks_uri": "https://rp.example/jwks"])
        for _ in 0..<3 {
            #expect(try await source.verify(Self.jws("a"), of: client, allowed: [.es256], now: Self.now) != nil)
        }
        #expect(web.asked == 1)
        for kid in ["x", "y", "z"] {
            #expect(try await source.verify(Self.jws(kid), of: client, allowed: [.es256], now: Self.now) == nil)
        }
        #expect(web.asked == 1)
        web.publish([Self.jwk("a"), Self.jwk("b")])
        let later = Self.now + .seconds(60)
        #expect(try await source.verify(Self.jws("b"), of: client, allowed: [.es256], now: later) != nil)
        #expect(web.asked == 2)
        web.publish(nil)
        let muchLater = later + .seconds(7200)
        #expect(try await source.verify(Self.jws("b"), of: client, allowed: [.es256], now: muchLater) != nil)
        #expect(web.asked == 3)
    }

    @Test("A-41: an address that does not answer is not hammered")
    func silent() async throws {
        let web = Web()
        let source = ClientKeySource { web.get($0) }
        let client = try Self.client(["jwks_uri": "https://rp.example/jwks"])
        for _ in 0..<50 {
            #expect(try await source.verify(Self.jws("a"), of: client, allowed: [.es256], now: Self.now) == nil)
        }
        #expect(web.asked <= 4)
        web.publish([Self.jwk("a")])
        let later = Self.now + .seconds(60)
        #expect(try await source.verify(Self.jws("a"), of: client, allowed: [.es256], now: later) != nil)
    }
}
