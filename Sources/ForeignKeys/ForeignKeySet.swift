import JWTKit
package import OpenIDTypes

/// Verifies tokens that somebody else signed: a client's assertions, another provider's tokens.
///
/// jwt-kit does the arithmetic. It falls back to its first key for an unknown `kid`, and one key of an unknown type makes
/// it refuse a whole set; therefore exactly one key is chosen here, and it sees only that one.
package enum ForeignKeySet {
    /// The claims if the signature holds; nil for whatever does not.
    ///
    /// - Parameters:
    ///   - keys: a JWK set (RFC 7517 §5).
    ///   - allowed: the algorithms that this sender may use.
    package static func verify(
        _ token: String, keys: JSONValue, allowed: [SigningAlgorithm]
    ) async throws -> JSONValue? {
        guard let jws = try? CompactJWS.parse(token) else { return nil }
        return try await verify(jws, keys: keys, allowed: allowed)
    }

    /// The same for a token that was taken apart already; `crit` was refused then.
    package static func verify(
        _ jws: CompactJWS, keys: JSONValue, allowed: [SigningAlgorithm]
    ) async throws -> JSONValue? {
        guard let algorithm = jws.algorithm.flatMap(SigningAlgorithm.init(rawValue:)), allowed.contains(algorithm),
            let claims = jws.unverifiedClaims, let key = choose(keys, for: jws, algorithm)
        else { return nil }
        let collection = JWTKeyCollection()
        do {
            try await collection.add(jwk: key)
            _ = try await collection.verify(jws.text, as: AnyClaims.self)
        } catch {
            return nil
        }
        return claims
    }

    /// The one key with this `kid` that fits the algorithm; for a token without a `kid`, the only key that fits.
    private static func choose(_ set: JSONValue, for jws: CompactJWS, _ algorithm: SigningAlgorithm) -> JWK? {
        let fitting = (set["keys"]?.array ?? []).prefix(50).filter { fits($0, algorithm) }
        let named = jws.keyID.map { kid in fitting.filter { $0["kid"]?.string == kid } } ?? fitting
        guard named.count == 1 else { return nil }
        return jwk(named[0], algorithm)
    }

    /// A key that says what it is for is used for nothing else (RFC 7517 §4.2 to §4.4).
    private static func fits(_ key: JSONValue, _ algorithm: SigningAlgorithm) -> Bool {
        guard key["kty"]?.string == algorithm.keyType else { return false }
        if let use = key["use"], use.string != "sig" { return false }
        if let alg = key["alg"], alg.string != algorithm.rawValue { return false }
        if let operations = key["key_ops"], operations.strings?.contains("verify") != true { return false }
        return true
    }

    private static func jwk(_ key: JSONValue, _ algorithm: SigningAlgorithm) -> JWK? {
        let name = JWKIdentifier(string: key["kid"]?.string ?? "only")
        switch algorithm {
        case .rs256:
            // Below 2048 bits a signature proves nothing (RFC 7518 §3.3).
            guard let n = key["n"]?.string, let e = key["e"]?.string, let modulus = Base64URL.decode(n),
                modulus.drop(while: { $0 == 0 }).count >= 256, modulus.count <= 1024,
                let exponent = Base64URL.decode(e), exponent.count <= 8, exponent.last.map({ $0 & 1 == 1 }) == true
            else { return nil }
            return .rsa(.rs256, identifier: name, modulus: n, exponent: e)
        case .es256:
            guard key["crv"]?.string == "P-256", let x = key["x"]?.string, let y = key["y"]?.string,
                Base64URL.decode(x)?.count == 32, Base64URL.decode(y)?.count == 32
            else { return nil }
            return .ecdsa(.es256, identifier: name, x: x, y: y, curve: .p256)
        case .edDSA:
            guard key["crv"]?.string == "Ed25519", let x = key["x"]?.string, Base64URL.decode(x)?.count == 32 else {
                return nil
            }
            return .octetKeyPair(.eddsa, identifier: name, x: x, y: nil, curve: .ed25519)
        }
    }

    /// The claims are read strictly elsewhere; jwt-kit is only asked about the signature.
    private struct AnyClaims: JWTPayload {
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }
}
