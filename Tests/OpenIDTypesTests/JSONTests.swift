import OpenIDTypes
import Testing

@Suite("JSON (RFC 8259)")
struct JSONTests {
    @Test(
        "values are read as what they are",
        arguments: [
            ("null", .null), ("true", true), (" false ", false), ("0", 0), ("-12", -12), ("1.5", .double(1.5)),
            ("1e3", .double(1000)), ("9223372036854775807", .integer(.max)), ("\"a\\n\\u00e9\\ud83d\\ude00\"", "a\né😀"),
            ("[]", []), ("[1,[2]]", [1, [2]]), ("{}", [:]), ("{\"a\":{\"b\":[true]}}", ["a": ["b": [true]]]),
        ] as [(String, JSONValue)])
    func reads(text: String, value: JSONValue) throws {
        #expect(try JSONValue.parse(text) == value)
        #expect(try JSONValue.parse(value.serialized()) == value)
        #expect(try JSONValue.parse(value.prettyPrinted()) == value)
    }

    @Test(
        "A-11: what is not JSON is refused",
        arguments: [
            "", "nul", "+1", "01", "1.", ".5", "1e", "NaN", "1e999", "'a'", "\"a", "\"\\x\"", "\"\\ud800\"",
            "\"\\udc00x\"",
            "\"\u{1}\"", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "1 2", "{} x", "\u{FEFF}{}",
        ])
    func refused(text: String) {
        #expect(throws: JSONRefusal.self) { try JSONValue.parse(text) }
    }

    @Test("two members of one name are refused, however they are spelt")
    func duplicates() {
        #expect(throws: JSONRefusal.duplicateName) { try JSONValue.parse("{\"a\":1,\"a\":2}") }
        #expect(throws: JSONRefusal.duplicateName) { try JSONValue.parse("{\"a\":1,\"\\u0061\":2}") }
    }

    @Test("A-11: depth, size and UTF-8 are bounded")
    func bounds() throws {
        let deep = String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
        #expect(throws: JSONRefusal.tooDeep) { try JSONValue.parse(deep) }
        #expect(try JSONValue.parse(String(deep.dropFirst().dropLast())).array != nil)
        #expect(throws: JSONRefusal.tooLarge) { try JSONValue.parse(Array("[1,2]".utf8), maximumLength: 4) }
        #expect(throws: JSONRefusal.invalidUTF8) { try JSONValue.parse([0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test("members keep their order, and equality does not depend on it")
    func order() {
        let value: JSONValue = ["z": 1, "a": "q\"\\\u{1F}", "m": .null]
        #expect(value.serialized() == "{\"z\":1,\"a\":\"q\\\"\\\\\\u001f\",\"m\":null}")
        let same: JSONValue = ["m": .null, "z": 1, "a": "q\"\\\u{1F}"]
        #expect(value == same)
        #expect(Set([value, same]).count == 1)
        #expect(value != ["z": 1])
    }

    @Test("accessors answer only for their own kind")
    func accessors() {
        let value: JSONValue = [
            "s": "x", "n": 7, "d": .double(2), "f": .double(2.5), "l": ["a", "b"], "mixed": ["a", 1],
        ]
        #expect(value["s"]?.string == "x" && value["s"]?.int == nil)
        #expect(value["n"]?.int == 7 && value["d"]?.int == 2 && value["f"]?.int == nil && value["f"]?.number == 2.5)
        #expect(value["l"]?.strings == ["a", "b"] && value["mixed"]?.strings == nil)
        #expect(value["none"] == nil && JSONValue.null["s"] == nil)
    }
}
