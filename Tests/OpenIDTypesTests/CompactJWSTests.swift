import OpenIDTypes
import Testing

@Suite("Compact JWS (RFC 7515 §7.1)")
struct CompactJWSTests {
    static func token(header: String, payload: String = "{}", signature: [UInt8] = [1, 2, 3]) -> String {
        [Array(header.utf8), Array(payload.utf8), signature].map { Base64URL.encode($0) }.joined(separator: ".")
    }

    @Test("the parts come apart, and the signing input is the text before the second dot")
    func parts() throws {
        let text = Self.token(
            header: "{\"alg\":\"ES256\",\"kid\":\"k\",\"typ\":\"application/Logout+JWT\"}", payload: "{\"a\":1}")
        let jws = try CompactJWS.parse(text)
        #expect(jws.algorithm == "ES256" && jws.keyID == "k" && jws.type == "logout+jwt")
        #expect(jws.unverifiedClaims == ["a": 1])
        #expect(jws.signature == [1, 2, 3])
        #expect(jws.signingInput == Array(text.utf8.prefix(upTo: text.lastIndex(of: ".")!)))
    }

    @Test(
        "A-07, A-11: what is not exactly a compact JWS is refused",
        arguments: [
            ("", .notThreeParts), ("a.b", .notThreeParts), ("e30.e30.e30.e30", .notThreeParts),
            ("e30.e30.", .notThreeParts),
            (".e30.e30", .notThreeParts), ("e30.e30.a", .notBase64URL), ("e30=.e30.e30", .notBase64URL),
            ("W10.e30.e30", .headerNotJSON), ("e30.e30.e30 ", .notBase64URL),
            (token(header: "{\"alg\":\"ES256\",\"alg\":\"none\"}"), .headerNotJSON),
            (token(header: "{\"alg\":\"ES256\",\"crit\":[\"x\"]}"), .criticalHeader),
            (token(header: "{\"alg\":\"ES256\",\"b64\":false}"), .criticalHeader),
            (String(repeating: "a", count: 16_385), .tooLong),
        ] as [(String, JWSRefusal)])
    func refused(text: String, refusal: JWSRefusal) {
        #expect(throws: refusal) { try CompactJWS.parse(text) }
    }

    @Test("a payload that is no JSON object has no claims", arguments: ["[]", "1", "x", "{\"a\":1,\"a\":2}"])
    func noClaims(payload: String) throws {
        #expect(try CompactJWS.parse(Self.token(header: "{}", payload: payload)).unverifiedClaims == nil)
    }
}
