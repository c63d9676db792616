extension JSONValue {
    /// Compact text: members in their order, no whitespace, non-ASCII as itself.
    package func serialized() -> String { String(decoding: serializedBytes(), as: UTF8.self) }

    /// The same as bytes.
    package func serializedBytes() -> [UInt8] {
        var writer = JSONWriter(indents: false)
        writer.write(self, depth: 0)
        return writer.output
    }

    /// For people: one member a line, two spaces of indentation.
    package func prettyPrinted() -> String {
        var writer = JSONWriter(indents: true)
        writer.write(self, depth: 0)
        return String(decoding: writer.output, as: UTF8.self)
    }
}

/// Writes JSON text into a byte buffer.
struct JSONWriter {
    private(set) var output: [UInt8] = []
    private let indents: Bool

    init(indents: Bool) {
        self.indents = indents
        output.reserveCapacity(512)
    }

    mutating func write(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .integer(let number): append(String(number))
        // JSON has no infinity; none can come from a parsed text.
        case .double(let number): append(number.isFinite ? "\(number)" : "null")
        case .string(let text): quote(text)
        case .array(let values):
            list("[", "]", count: values.count, depth: depth) { $0.write(values[$1], depth: depth + 1) }
        case .object(let object):
            let members = object.members
            list("{", "}", count: members.count, depth: depth) { writer, index in
                writer.quote(members[index].name)
                writer.append(writer.indents ? ": " : ":")
                writer.write(members[index].value, depth: depth + 1)
            }
        }
    }

    private mutating func list(
        _ open: String, _ close: String, count: Int, depth: Int, element: (inout JSONWriter, Int) -> Void
    ) {
        append(open)
        for index in 0..<count {
            if index > 0 { append(",") }
            newline(depth: depth + 1)
            element(&self, index)
        }
        if count > 0 { newline(depth: depth) }
        append(close)
    }

    private mutating func newline(depth: Int) {
        guard indents else { return }
        output.append(0x0A)
        output.append(contentsOf: repeatElement(0x20, count: depth * 2))
    }

    private mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }

    private mutating func quote(_ text: String) {
        output.append(UInt8(ascii: "\""))
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        if isPlain {
            output.append(contentsOf: text.utf8)
        } else {
            for byte in text.utf8 { escape(byte) }
        }
        output.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        case 0..<0x20: append(byte < 16 ? "\\u000\(String(byte, radix: 16))" : "\\u00\(String(byte, radix: 16))")
        default: output.append(byte)
        }
    }
}
