import OpenIDTypes
import Testing

@Suite("base64url (RFC 7515 §2)")
struct Base64URLTests {
    @Test(
        "the vectors of RFC 4648 §10, without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == encoded)
        #expect(Base64URL.decode(encoded) == Array(plain.utf8))
    }

    @Test("every byte comes back, with the two letters of the URL alphabet")
    func roundTrip() {
        let bytes = (0...255).map(UInt8.init)
        let text = Base64URL.encode(bytes)
        #expect(text.contains("-") && text.contains("_"))
        #expect(Base64URL.decode(text) == bytes)
        #expect(Base64URL.encode(AnySequence(bytes)) == text)
    }

    @Test(
        "A-11: only the one canonical spelling is read",
        arguments: [
            "Zg==", "Zg=", "Zm9v\n", " Zm9v", "Zm+v", "Zm/v", "Z", "Zm9vY", "Zh", "Zm9", "Zmé",
        ])
    func refused(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
