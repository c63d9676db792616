import Crypto
import CryptoExtras
import OpenIDTypes

/// A signing key of a provider that the tests play themselves, forgeries included.
struct IssuerKey: Sendable {
    private enum Key: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    /// Made once: an RSA key takes longer than most tests.
    private static let rsa = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    let kid: String
    let algorithm: SigningAlgorithm
    private let key: Key

    init(_ algorithm: SigningAlgorithm = .es256, kid: String = "one") throws {
        self.kid = kid
        self.algorithm = algorithm
        key =
            switch algorithm {
            case .rs256: .rsa(try Self.rsa.get())
            case .es256: .p256(P256.Signing.PrivateKey())
            case .edDSA: .ed25519(Curve25519.Signing.PrivateKey())
            }
    }

    /// The public half as the provider publishes it.
    func jwk() throws -> JSONValue {
        var members: JSONObject =
            switch key {
            case .rsa(let key):
                [
                    "kty": "RSA", "n": .string(Base64URL.encode(try key.publicKey.getKeyPrimitives().modulus)),
                    "e": .string(Base64URL.encode(try key.publicKey.getKeyPrimitives().publicExponent)),
                ]
            case .p256(let key):
                [
                    "kty": "EC", "crv": "P-256",
                    "x": .string(Base64URL.encode(Array(key.publicKey.rawRepresentation).prefix(32))),
                    "y": .string(Base64URL.encode(Array(key.publicKey.rawRepresentation).suffix(32))),
                ]
            case .ed25519(let key):
                [
                    "kty": "OKP", "crv": "Ed25519",
                    "x": .string(Base64URL.encode(Array(key.publicKey.rawRepresentation))),
                ]
            }
        members["kid"] = .string(kid)
        members["use"] = "sig"
        members["alg"] = .string(algorithm.rawValue)
        return .object(members)
    }

    /// A token that verifies with this key. A `null` member of `header` is left out.
    func sign(_ claims: JSONObject, type: String? = "logout+jwt", header: JSONObject = [:]) throws -> String {
        var full: JSONObject = ["alg": .string(algorithm.rawValue), "kid": .string(kid)]
        full["typ"] = type.map(JSONValue.string)
        for (name, value) in header.members { full[name] = value == .null ? nil : value }
        let input = Self.part(full) + "." + Self.part(claims)
        return input + "." + Base64URL.encode(try signature(over: Array(input.utf8)))
    }

    private func signature(over bytes: [UInt8]) throws -> [UInt8] {
        switch key {
        case .rsa(let key):
            Array(try key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5).rawRepresentation)
        case .p256(let key): Array(try key.signature(for: SHA256.hash(data: bytes)).rawRepresentation)
        case .ed25519(let key): Array(try key.signature(for: bytes))
        }
    }

    /// RFC 7518 §3.6: a token with no signature at all, as `alg` says.
    static func unsigned(_ claims: JSONObject, signature: String) -> String {
        part(["alg": "none", "typ": "logout+jwt"]) + "." + part(claims) + "." + signature
    }

    /// Signed with a secret that the attacker knows: the client's own, or the provider's public key as text.
    static func symmetric(_ claims: JSONObject, secret: String, kid: String) -> String {
        let input = part(["alg": "HS256", "kid": .string(kid), "typ": "logout+jwt"]) + "." + part(claims)
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(input.utf8), using: SymmetricKey(data: Array(secret.utf8))
        )
        return input + "." + Base64URL.encode(code)
    }

    private static func part(_ object: JSONObject) -> String {
        Base64URL.encode(Array(JSONValue.object(object).serialized().utf8))
    }
}
