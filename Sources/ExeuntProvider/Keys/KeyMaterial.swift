import Crypto
import CryptoExtras
package import OpenIDTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A private key as bytes, on its way into the database; given to ``KeyRing`` where keys must be known beforehand.
package struct KeyMaterial: Sendable {
    package let algorithm: SigningAlgorithm
    /// PKCS#1 DER for RS256, the raw scalar or seed for ES256 and EdDSA.
    package let privateBytes: [UInt8]

    package init(algorithm: SigningAlgorithm, privateBytes: [UInt8]) {
        self.algorithm = algorithm
        self.privateBytes = privateBytes
    }

    /// A new key: RSA of 2048 bits, P-256 or Ed25519.
    package static func generate(_ algorithm: SigningAlgorithm) throws -> KeyMaterial {
        let bytes =
            switch algorithm {
            case .rs256: Array(try _RSA.Signing.PrivateKey(keySize: .bits2048).derRepresentation)
            case .es256: Array(P256.Signing.PrivateKey().rawRepresentation)
            case .edDSA: Array(Curve25519.Signing.PrivateKey().rawRepresentation)
            }
        return KeyMaterial(algorithm: algorithm, privateBytes: bytes)
    }

    func privateKey() throws -> PrivateKey {
        switch algorithm {
        case .rs256: .rsa(try _RSA.Signing.PrivateKey(derRepresentation: privateBytes))
        case .es256: .p256(try P256.Signing.PrivateKey(rawRepresentation: privateBytes))
        case .edDSA: .ed25519(try Curve25519.Signing.PrivateKey(rawRepresentation: privateBytes))
        }
    }
}

/// A private key ready to sign.
enum PrivateKey: Sendable {
    case rsa(_RSA.Signing.PrivateKey)
    case p256(P256.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)

    /// The signature as JWS wants it: for ES256 the two numbers side by side, not DER (RFC 7518 §3.4).
    func signature(over bytes: [UInt8]) throws -> [UInt8] {
        switch self {
        case .rsa(let key):
            Array(try key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5).rawRepresentation)
        case .p256(let key): Array(try key.signature(for: SHA256.hash(data: bytes)).rawRepresentation)
        case .ed25519(let key): Array(try key.signature(for: bytes))
        }
    }

    /// The members that define the key (RFC 7638 §3.2), in that section's order.
    func publicMembers() throws -> JSONObject {
        switch self {
        case .rsa(let key):
            let numbers = try key.publicKey.getKeyPrimitives()
            return [
                "e": .string(Base64URL.encode(numbers.publicExponent)), "kty": "RSA",
                "n": .string(Base64URL.encode(numbers.modulus)),
            ]
        case .p256(let key):
            let point = Array(key.publicKey.rawRepresentation)
            return [
                "crv": "P-256", "kty": "EC", "x": .string(Base64URL.encode(point.prefix(32))),
                "y": .string(Base64URL.encode(point.dropFirst(32))),
            ]
        case .ed25519(let key):
            let point = Array(key.publicKey.rawRepresentation)
            return ["crv": "Ed25519", "kty": "OKP", "x": .string(Base64URL.encode(point))]
        }
    }
}

/// A public key of ours, ready to verify.
enum PublicKey: Sendable {
    case rsa(_RSA.Signing.PublicKey)
    case p256(P256.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)

    /// From our own database; nil for anything that is not a key of this algorithm.
    init?(jwk: JSONValue, algorithm: SigningAlgorithm) {
        func bytes(_ name: String) -> [UInt8]? { jwk[name]?.string.flatMap { Base64URL.decode($0) } }
        switch algorithm {
        case .rs256:
            guard let n = bytes("n"), let e = bytes("e"), let key = try? _RSA.Signing.PublicKey(n: n, e: e) else {
                return nil
            }
            self = .rsa(key)
        case .es256:
            guard let x = bytes("x"), let y = bytes("y"),
                let key = try? P256.Signing.PublicKey(rawRepresentation: x + y)
            else { return nil }
            self = .p256(key)
        case .edDSA:
            guard let x = bytes("x"), let key = try? Curve25519.Signing.PublicKey(rawRepresentation: x) else {
                return nil
            }
            self = .ed25519(key)
        }
    }

    func isValid(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
        switch self {
        case .rsa(let key):
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature),
                for: SHA256.hash(data: bytes),
                padding: .insecurePKCS1v1_5
            )
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: SHA256.hash(data: bytes))
        case .ed25519(let key): return key.isValidSignature(signature, for: bytes)
        }
    }
}
