import Crypto
import ExeuntProvider
import ForeignKeys
import OpenIDTypes
import Testing

@Suite("Tokens that others signed")
struct ForeignKeySetTests {
    static let key = P256.Signing.PrivateKey()
    static let other = P256.Signing.PrivateKey()

    static func jwk(_ key: P256.Signing.PrivateKey, _ changes: JSONObject = [:]) -> JSONValue {
        let point = Array(key.publicKey.rawRepresentation)
        let jwk: JSONObject = [
            "kty": "EC", "crv": "P-256", "kid": "a", "x": .string(Base64URL.encode(point.prefix(32))),
            "y": .string(Base64URL.encode(point.suffix(32))),
        ]
        return .object(jwk.merging(changes))
    }

    static func token(_ header: JSONObject = [:], by key: P256.Signing.PrivateKey = key) throws -> String {
        let full: JSONObject = ["alg": "ES256", "kid": "a"]
        var header = full.merging(header)
        for (name, value) in header.members where value == .null { header[name] = nil }
        let input = [JSONValue.object(header), ["iss": "c"]].map { Base64URL.encode($0.serializedBytes()) }.joined(
            separator: ".")
        let signature = try key.signature(for: Array(input.utf8)).rawRepresentation
        return "\(input).\(Base64URL.encode(signature))"
    }

    static func verify(_ token: String, _ keys: [JSONValue], allowed: [SigningAlgorithm] = [.es256]) async throws
        -> Bool
    {
        let claims = try await ForeignKeySet.verify(token, keys: ["keys": .array(keys)], allowed: allowed)
        return claims == ["iss": "c"]
    }

    @Test("the key with the token's kid verifies it")
    func good() async throws {
        let keys = [Self.jwk(Self.other, ["kid": "b"]), Self.jwk(Self.key, ["alg": "ES256", "use": "sig"])]
        #expect(try await Self.verify(Self.token(), keys))
        #expect(try await Self.verify(Self.token(), keys, allowed: SigningAlgorithm.allCases))
    }

    @Test("keys of unknown types do not spoil the set")
    func unknownKeys() async throws {
        let strange: [JSONValue] = [["kty": "AKP"], [:], 7, ["kty": "EC", "crv": "P-999"], ["kty": "oct", "k": "eA"]]
        #expect(try await Self.verify(Self.token(), strange + [Self.jwk(Self.key)]))
    }

    @Test("without a kid, only a single fitting key is taken")
    func withoutKeyID() async throws {
        let token = try Self.token(["kid": .null])
        #expect(try await Self.verify(token, [Self.jwk(Self.key)]))
        #expect(try await Self.verify(token, [Self.jwk(Self.key, ["kid": .null]), ["kty": "RSA"]]))
        #expect(try await !Self.verify(token, [Self.jwk(Self.key), Self.jwk(Self.other, ["kid": "b"])]))
    }

    @Test("A-07: unknown kids, forbidden algorithms, crit and keys for something else are refused")
    func refused() async throws {
        let keys = [Self.jwk(Self.key)]
        let twins = [Self.jwk(Self.key), Self.jwk(Self.other)]
        let cases: [(String, String, [JSONValue])] = [
            ("unknown kid", try Self.token(["kid": "z"]), keys),
            ("two keys of one kid", try Self.token(), twins),
            ("another's signature", try Self.token(by: Self.other), keys),
            ("alg none", try Self.token(["alg": "none"]), keys),
            ("alg HS256", try Self.token(["alg": "HS256"]), keys),
            ("alg of another type", try Self.token(["alg": "RS256"]), keys),
            ("crit", try Self.token(["crit": ["x"]]), keys),
            ("key for encryption", try Self.token(), [Self.jwk(Self.key, ["use": "enc"])]),
            ("key for another alg", try Self.token(), [Self.jwk(Self.key, ["alg": "ES384"])]),
            ("key that may not verify", try Self.token(), [Self.jwk(Self.key, ["key_ops": ["sign"]])]),
            (
                "point not on the curve", try Self.token(),
                [Self.jwk(Self.key, ["y": .string(Base64URL.encode([UInt8](repeating: 1, count: 32)))])]
            ),
            ("no keys", try Self.token(), []),
            ("no token", "", keys),
            ("altered", try Self.token().replacingFirstPart(), keys),
        ]
        for (name, token, keys) in cases {
            #expect(try await !Self.verify(token, keys, allowed: SigningAlgorithm.allCases), "\(name)")
        }
        #expect(try await !Self.verify(try Self.token(), keys, allowed: [.rs256, .edDSA]))
        #expect(try await ForeignKeySet.verify(try Self.token(), keys: "nonsense", allowed: [.es256]) == nil)
    }

    @Test("RFC 7518 §3.3: RSA keys below 2048 bits prove nothing")
    func shortKey() async throws {
        let place = try await KeyPlace()
        let token = try await place.signer(.rs256).sign(type: "JWT", payload: ["iss": "c"])
        let kid = try #require(CompactJWS.parse(token).keyID)
        let short: JSONValue = [
            "kty": "RSA", "kid": .string(kid), "e": "AQAB",
            "n": .string(Base64URL.encode([UInt8](repeating: 0xC1, count: 128))),
        ]
        #expect(try await !Self.verify(token, [short], allowed: [.rs256]))
        #expect(try await Self.verify(token, place.keySet()["keys"]?.array ?? [], allowed: [.rs256]))
    }
}

extension String {
    /// The same signature under another header.
    fileprivate func replacingFirstPart() -> String {
        let rest = split(separator: ".").dropFirst().joined(separator: ".")
        return Base64URL.encode(Array("{\"alg\":\"ES256\",\"kid\":\"a\",\"x\":1}".utf8)) + "." + rest
    }
}
