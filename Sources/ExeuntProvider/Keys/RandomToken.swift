import Crypto
import OpenIDTypes

/// Unguessable texts, and what is stored of them.
package enum RandomToken {
    /// - Parameter bytes: of randomness from the operating system; 16 and more cannot be guessed (RFC 6749 §10.10).
    package static func make(bytes: Int = 32) -> String { Base64URL.encode(randomBytes(bytes)) }

    /// SHA-256. Enough for a text of 128 and more random bits: there is no dictionary of those.
    package static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    /// Takes equally long wherever the two differ.
    package static func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        var difference: UInt8 = 0
        for index in a.indices { difference |= a[index] ^ b[index] }
        return difference == 0
    }

    /// Eight bytes for each question to the operating system, which is what costs here.
    static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 7)
        while bytes.count < count {
            withUnsafeBytes(of: generator.next() as UInt64) { bytes.append(contentsOf: $0) }
        }
        return Array(bytes.prefix(count))
    }
}
