/// The signature algorithms we make and accept (RFC 7518 §3, RFC 8037 §3.1): asymmetric only, never `none`.
package enum SigningAlgorithm: String, Sendable, Hashable, CaseIterable, Codable {
    /// RSASSA-PKCS1-v1_5 with SHA-256; every relying party knows it (Core §15.1).
    case rs256 = "RS256"
    /// ECDSA with P-256 and SHA-256.
    case es256 = "ES256"
    /// Ed25519.
    case edDSA = "EdDSA"

    /// The `kty` of its keys (RFC 7517 §4.1).
    package var keyType: String {
        switch self {
        case .rs256: "RSA"
        case .es256: "EC"
        case .edDSA: "OKP"
        }
    }
}
