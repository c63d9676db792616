import OpenIDTypes
import Testing

@Suite("Parameters (RFC 6749 §3.1)")
struct ParametersTests {
    @Test("order is kept, escapes are decoded once, and an empty value is none")
    func reads() throws {
        let parameters = try Parameters(query: "b=2&a=1%202+3&&state=%2525%26&empty=&flag")
        #expect(parameters.pairs.map(\.0) == ["b", "a", "state", "empty", "flag"])
        #expect(parameters["a"] == "1 2 3")
        #expect(parameters["state"] == "%25&")
        #expect(parameters["empty"] == nil && parameters["flag"] == nil && parameters["other"] == nil)
        #expect(try Parameters(form: Array("scope=openid++email".utf8)).list("scope") == ["openid", "email"])
    }

    @Test(
        "A-11: duplicates, broken escapes, NUL and invalid UTF-8 are refused",
        arguments: [
            ("a=1&a=2", .duplicate(name: "a")), ("a=1&%61=2", .duplicate(name: "a")), ("a=&a=1", .duplicate(name: "a")),
            ("a=%", .malformedEncoding), ("a=%4", .malformedEncoding), ("a=%zz", .malformedEncoding),
            ("a=%00", .malformedEncoding), ("a=%ff", .malformedEncoding), ("%c3%28=1", .malformedEncoding),
        ] as [(String, ParameterRefusal)])
    func refused(query: String, refusal: ParameterRefusal) {
        #expect(throws: refusal) { try Parameters(query: query) }
        #expect(throws: refusal) { try Parameters(form: Array(query.utf8)) }
    }

    @Test("number and size are bounded")
    func bounds() throws {
        let hundred = (0..<100).map { "p\($0)=1" }.joined(separator: "&")
        #expect(try Parameters(query: hundred).pairs.count == 100)
        #expect(throws: ParameterRefusal.tooMany) { try Parameters(query: hundred + "&q=1") }
        #expect(throws: ParameterRefusal.tooLarge) {
            try Parameters(query: "a=" + String(repeating: "x", count: 65_535))
        }
    }

    @Test(
        "A-20: every refusal's text has only the characters of RFC 6749 §5.2",
        arguments: [
            ParameterRefusal.duplicate(name: "<b>\r\nx"), .duplicate(name: String(repeating: "a", count: 900)),
            .duplicate(name: "state"), .tooLarge, .tooMany, .malformedEncoding, .notAForm,
        ])
    func texts(refusal: ParameterRefusal) {
        #expect(refusal.publicText.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C })
        #expect(refusal.publicText.utf8.count < 200)
        #expect(!refusal.mayRedirect && refusal.status >= 400)
    }

    @Test(
        "A-20: whatever the state is, it comes back byte for byte",
        arguments: [
            "plain", "a b+c", "a&b=c#d", "\r\nSet-Cookie: x", "%41", "ü😀", String(repeating: "-._~", count: 32),
        ])
    func stateSurvives(state: String) throws {
        let uri = FormEncoding.appending([("state", state)], toQueryOf: "https://rp.example/cb?x=1")
        let query = try #require(uri.split(separator: "?").last)
        #expect(try Parameters(query: query)["state"] == state)
        #expect(uri.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }

    @Test(
        "Y5, conformance §18.4: an existing query is kept, and the separator is the right one",
        arguments: [
            ("https://rp.example/cb", "https://rp.example/cb?a=1&b=%20"),
            ("https://rp.example/cb?foo=bar", "https://rp.example/cb?foo=bar&a=1&b=%20"),
            ("https://rp.example/cb?", "https://rp.example/cb?a=1&b=%20"),
            ("https://rp.example/cb?foo&", "https://rp.example/cb?foo&a=1&b=%20"),
            ("app.example:/cb", "app.example:/cb?a=1&b=%20"),
            ("https://rp.example/cb#top", "https://rp.example/cb?a=1&b=%20#top"),
        ])
    func appending(uri: String, result: String) {
        #expect(FormEncoding.appending([("a", "1"), ("b", " ")], toQueryOf: uri) == result)
        #expect(FormEncoding.appending([], toQueryOf: uri) == uri)
    }
}
