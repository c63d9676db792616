extension JSONValue {
    /// Parses one JSON text: valid UTF-8, no duplicate names, nothing after it, bounded depth and size.
    package static func parse(
        _ bytes: some Collection<UInt8>,
        maximumDepth: Int = 16,
        maximumLength: Int = 1 << 20
    ) throws(JSONRefusal) -> JSONValue {
        guard bytes.count <= maximumLength else { throw .tooLarge }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .invalidUTF8 }
        var parser = JSONParser(bytes: Array(bytes), maximumDepth: maximumDepth)
        return try parser.document()
    }

    /// The same from text.
    package static func parse(_ text: String, maximumDepth: Int = 16) throws(JSONRefusal) -> JSONValue {
        try parse(Array(text.utf8), maximumDepth: maximumDepth)
    }
}

/// A recursive-descent parser over bytes that are known to be valid UTF-8.
struct JSONParser {
    private let bytes: [UInt8]
    private let maximumDepth: Int
    private var position = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func document() throws(JSONRefusal) -> JSONValue {
        let value = try value(depth: 0)
        skipWhitespace()
        guard position == bytes.count else { throw syntax }
        return value
    }

    private var syntax: JSONRefusal { .syntax(offset: position) }
    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipWhitespace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONRefusal) -> JSONValue {
        skipWhitespace()
        switch current {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONRefusal) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard take(text.utf8Start[index]) else { throw syntax }
        }
        return value
    }

    private mutating func object(depth: Int) throws(JSONRefusal) -> JSONValue {
        guard depth <= maximumDepth else { throw .tooDeep }
        position += 1
        var names: [String] = []
        var values: [JSONValue] = []
        var seen: Set<String> = []
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return .object(JSONObject()) }
        repeat {
            skipWhitespace()
            guard current == UInt8(ascii: "\"") else { throw syntax }
            let name = try string()
            guard seen.insert(name).inserted else { throw .duplicateName }
            skipWhitespace()
            guard take(UInt8(ascii: ":")) else { throw syntax }
            names.append(name)
            values.append(try value(depth: depth))
            skipWhitespace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw syntax }
        return .object(JSONObject(distinctNames: names, values: values))
    }

    private mutating func array(depth: Int) throws(JSONRefusal) -> JSONValue {
        guard depth <= maximumDepth else { throw .tooDeep }
        position += 1
        var values: [JSONValue] = []
        skipWhitespace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        repeat {
            values.append(try value(depth: depth))
            skipWhitespace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw syntax }
        return .array(values)
    }

    private mutating func string() throws(JSONRefusal) -> String {
        position += 1
        let start = position
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        if current == UInt8(ascii: "\"") {
            defer { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        var text = Array(bytes[start..<position])
        while let byte = current, byte >= 0x20 {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            default: text.append(byte)
            }
        }
        throw syntax
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONRefusal) {
        guard let byte = current else { throw syntax }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try escapedScalar()).utf8)
        default: throw syntax
        }
    }

    private mutating func escapedScalar() throws(JSONRefusal) -> Character {
        var code = try fourHexDigits()
        if code >= 0xD800, code <= 0xDBFF {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw syntax }
            let low = try fourHexDigits()
            guard low >= 0xDC00, low <= 0xDFFF else { throw syntax }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        // A lone surrogate is no character, and two systems would replace it differently.
        guard let scalar = Unicode.Scalar(code) else { throw syntax }
        return Character(scalar)
    }

    private mutating func fourHexDigits() throws(JSONRefusal) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = FormEncoding.hexValue(byte) else { throw syntax }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private mutating func digits() throws(JSONRefusal) {
        let start = position
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw syntax }
    }

    private mutating func number() throws(JSONRefusal) -> JSONValue {
        let start = position
        var isInteger = true
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw .syntax(offset: start) }
        return .double(value)
    }
}
