import Crypto
package import OpenIDTypes

/// A key of ours that signs now. Tokens are put together here, not by a library: the header is constant for a key and a
/// type, and is encoded once.
package struct SigningKey: Sendable {
    package let kid: KeyID
    package let algorithm: SigningAlgorithm
    private let key: PrivateKey
    private let headers: [String: [UInt8]]

    init(kid: KeyID, algorithm: SigningAlgorithm, key: PrivateKey) {
        self.kid = kid
        self.algorithm = algorithm
        self.key = key
        headers = Dictionary(
            uniqueKeysWithValues: ["JWT", "logout+jwt", "at+jwt"].map { ($0, Self.header($0, kid, algorithm)) }
        )
    }

    /// A compact JWS (RFC 7515 §7.1) over the payload.
    /// - Parameter type: the `typ`, which keeps kinds of tokens apart (RFC 8725 §3.11).
    package func sign(type: String, payload: JSONValue) throws -> String {
        var token = headers[type] ?? Self.header(type, kid, algorithm)
        token.append(contentsOf: Base64URL.encodedBytes(payload.serializedBytes()))
        let signature = try key.signature(over: token)
        token.append(UInt8(ascii: "."))
        token.append(contentsOf: Base64URL.encodedBytes(signature))
        return String(decoding: token, as: UTF8.self)
    }

    /// `at_hash` and `c_hash` (Core §3.1.3.6): the left half of the hash that belongs to the algorithm; Ed25519 is
    /// defined over SHA-512.
    package func leftHalfHash(of text: String) -> String {
        let bytes = Array(text.utf8)
        return algorithm == .edDSA
            ? Base64URL.encode(Array(SHA512.hash(data: bytes)).prefix(32))
            : Base64URL.encode(Array(SHA256.hash(data: bytes)).prefix(16))
    }

    /// The encoded header and the dot after it.
    private static func header(_ type: String, _ kid: KeyID, _ algorithm: SigningAlgorithm) -> [UInt8] {
        let header: JSONValue = [
            "alg": .string(algorithm.rawValue), "typ": .string(type), "kid": .string(kid.rawValue),
        ]
        return Base64URL.encodedBytes(header.serializedBytes()) + [UInt8(ascii: ".")]
    }
}
