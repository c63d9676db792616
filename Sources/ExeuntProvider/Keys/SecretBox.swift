import Crypto
package import OpenIDTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Seals what is stored or handed out and must come back unread and unchanged: AES-256-GCM under keys that are derived
/// from the master key, one for each purpose (HKDF, RFC 5869), so that nothing sealed for one can be opened for another.
package struct SecretBox: Sendable {
    /// What was sealed does not open: another key, another purpose, or it was changed.
    package struct CannotOpen: Error, Sendable {}

    private let root: SymmetricKey
    private static let saltLength = 16

    /// - Parameter masterKey: 32 bytes.
    package init(masterKey: [UInt8]) {
        precondition(masterKey.count == 32, "a master key has 32 bytes")
        let code = HKDF<SHA256>.extract(
            inputKeyMaterial: SymmetricKey(data: masterKey), salt: Array("exeunt master key".utf8)
        )
        root = SymmetricKey(data: code)
    }

    /// Salt, nonce, ciphertext and tag. Each message has a key of its own, so that no number of them wears a key out.
    package func seal(_ bytes: [UInt8], purpose: String, context: [UInt8] = []) -> [UInt8] {
        let salt = RandomToken.randomBytes(Self.saltLength)
        do {
            let box = try AES.GCM.seal(bytes, using: messageKey(purpose, salt), authenticating: context)
            return salt + Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
        } catch {
            // Only a key of a wrong size can fail, and ours has 32 bytes.
            preconditionFailure("AES-GCM refused its own key")
        }
    }

    /// - Throws: ``CannotOpen``.
    package func open(_ bytes: [UInt8], purpose: String, context: [UInt8] = []) throws(CannotOpen) -> [UInt8] {
        guard bytes.count > Self.saltLength else { throw CannotOpen() }
        let key = messageKey(purpose, Array(bytes.prefix(Self.saltLength)))
        do {
            let box = try AES.GCM.SealedBox(combined: Data(bytes.dropFirst(Self.saltLength)))
            return Array(try AES.GCM.open(box, using: key, authenticating: context))
        } catch {
            throw CannotOpen()
        }
    }

    /// A value as base64url text for an address or a form, good until `expires`.
    package func sealText(_ value: JSONValue, purpose: String, expires: Timestamp) -> String {
        let content: JSONValue = ["e": .integer(expires.milliseconds), "v": value]
        return Base64URL.encode(seal(content.serializedBytes(), purpose: "text " + purpose))
    }

    /// The value; nil if it is not ours, of another purpose, or has expired.
    package func openText(_ text: String, purpose: String, now: Timestamp) -> JSONValue? {
        guard text.utf8.count <= 65_536, let bytes = Base64URL.decode(text),
            let content = try? open(bytes, purpose: "text " + purpose),
            let value = try? JSONValue.parse(content, maximumDepth: 32), let expires = value["e"]?.int,
            Timestamp(milliseconds: expires) > now
        else { return nil }
        return value["v"]
    }

    /// Tells one master key from another and nothing else; stored beside what it seals.
    package var checkValue: String { Base64URL.encode(derivedKey("check value").prefix(16)) }

    /// 32 bytes for another use, independent of all the others.
    package func derivedKey(_ purpose: String) -> [UInt8] {
        purposeKey("derived " + purpose).withUnsafeBytes { Array($0) }
    }

    private func purposeKey(_ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.expand(pseudoRandomKey: root, info: Array(purpose.utf8), outputByteCount: 32)
    }

    private func messageKey(_ purpose: String, _ salt: [UInt8]) -> SymmetricKey {
        HKDF<SHA256>.expand(
            pseudoRandomKey: root, info: Array("seal ".utf8) + salt + Array(purpose.utf8), outputByteCount: 32
        )
    }
}
