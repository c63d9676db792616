import Crypto
import CryptoExtras

/// How many signatures one core makes in a second, by algorithm: the floor under every token.
@main
struct Signatures {
    static func main() throws {
        let message = [UInt8](repeating: 7, count: 400)
        let ecdsa = P256.Signing.PrivateKey()
        let edwards = Curve25519.Signing.PrivateKey()
        let rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let rates = [
            ("ES256", try rate { _ = try ecdsa.signature(for: message) }),
            ("EdDSA", try rate { _ = try edwards.signature(for: message) }),
            ("RS256", try rate { _ = try rsa.signature(for: message, padding: .insecurePKCS1v1_5) }),
        ]
        print("{" + rates.map { "\"\($0.0)\": \(Int($0.1))" }.joined(separator: ", ") + "}")
    }

    static func rate(_ sign: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        var count = 0
        while clock.now - start < .seconds(1) {
            for _ in 0..<50 { try sign() }
            count += 50
        }
        let spent = clock.now - start
        return Double(count) / (Double(spent.components.seconds) + Double(spent.components.attoseconds) * 1e-18)
    }
}
