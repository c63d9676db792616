import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Sealing")
struct SecretBoxTests {
    static let box = SecretBox(masterKey: [UInt8](0..<32))
    static let now = Timestamp(seconds: 1_700_000_000)

    @Test("what was sealed comes back, and looks different every time")
    func roundTrip() throws {
        let sealed = Self.box.seal([1, 2, 3], purpose: "p", context: [9])
        #expect(try Self.box.open(sealed, purpose: "p", context: [9]) == [1, 2, 3])
        #expect(Self.box.seal([1, 2, 3], purpose: "p", context: [9]) != sealed)
        #expect(try Self.box.open(Self.box.seal([], purpose: "p"), purpose: "p").isEmpty)
    }

    @Test("A-04: another purpose, context or key opens nothing, and neither does a changed byte")
    func closed() throws {
        let sealed = Self.box.seal([1, 2, 3], purpose: "p", context: [9])
        let stranger = SecretBox(masterKey: [UInt8](1...32))
        #expect(throws: SecretBox.CannotOpen.self) { try Self.box.open(sealed, purpose: "q", context: [9]) }
        #expect(throws: SecretBox.CannotOpen.self) { try Self.box.open(sealed, purpose: "p") }
        #expect(throws: SecretBox.CannotOpen.self) { try stranger.open(sealed, purpose: "p", context: [9]) }
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: SecretBox.CannotOpen.self) { try Self.box.open(changed, purpose: "p", context: [9]) }
        }
        for length in [0, 1, 16, 28, sealed.count - 1] {
            #expect(throws: SecretBox.CannotOpen.self) {
                try Self.box.open(Array(sealed.prefix(length)), purpose: "p", context: [9])
            }
        }
    }

    @Test("A-04: a sealed text is good for its purpose and its time")
    func texts() {
        let text = Self.box.sealText(["a": "é"], purpose: "confirmation", expires: Self.now)
        let before = Self.now - .milliseconds(1)
        #expect(Self.box.openText(text, purpose: "confirmation", now: before) == ["a": "é"])
        #expect(Self.box.openText(text, purpose: "confirmation", now: Self.now) == nil)
        #expect(Self.box.openText(text, purpose: "interaction", now: before) == nil)
        for broken in ["", "x", text + "A", String(text.dropLast()), String(repeating: "A", count: 70_000)] {
            #expect(Self.box.openText(broken, purpose: "confirmation", now: before) == nil)
        }
        #expect(!text.contains("="))
    }

    @Test("derived keys and the check value depend on the key and the purpose alone")
    func derived() {
        let same = SecretBox(masterKey: [UInt8](0..<32))
        let other = SecretBox(masterKey: [UInt8](1...32))
        #expect(Self.box.derivedKey("a") == same.derivedKey("a") && Self.box.derivedKey("a").count == 32)
        #expect(Self.box.derivedKey("a") != Self.box.derivedKey("b"))
        #expect(Self.box.derivedKey("a") != other.derivedKey("a"))
        #expect(Self.box.checkValue == same.checkValue && Self.box.checkValue != other.checkValue)
    }

    @Test("random texts are as long as asked, different, and compared in full")
    func randomTokens() {
        #expect(Base64URL.decode(RandomToken.make())?.count == 32)
        #expect(Base64URL.decode(RandomToken.make(bytes: 16))?.count == 16)
        #expect(Set((0..<100).map { _ in RandomToken.make(bytes: 16) }).count == 100)
        // SHA-256 of "abc" (FIPS 180-4).
        #expect(RandomToken.hash("abc").prefix(4) == [0xBA, 0x78, 0x16, 0xBF])
        #expect(RandomToken.constantTimeEqual([1, 2], [1, 2]) && RandomToken.constantTimeEqual([], []))
        #expect(!RandomToken.constantTimeEqual([1, 2], [1, 3]) && !RandomToken.constantTimeEqual([1], [1, 2]))
    }
}
