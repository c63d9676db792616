/// The parameters of a query or a form: order kept, at most one value each, an empty value the same as none
/// (RFC 6749 §3.1).
package struct Parameters: Sendable {
    /// Names and values as they came, also the empty ones.
    package private(set) var pairs: [(String, String)]

    package static let maximumCount = 100
    package static let maximumBytes = 65_536

    package init() { pairs = [] }

    /// Our own; a later value of a name replaces the earlier one.
    package init(pairs: [(String, String)]) {
        self.pairs = []
        for pair in pairs { set(pair.0, pair.1) }
    }

    /// The query of a request target, without the question mark.
    package init(query: some StringProtocol) throws(ParameterRefusal) {
        try self.init(encoded: Array(query.utf8))
    }

    /// The body of a form.
    package init(form bytes: some Collection<UInt8>) throws(ParameterRefusal) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge }
        try self.init(encoded: Array(bytes))
    }

    private init(encoded: [UInt8]) throws(ParameterRefusal) {
        guard encoded.count <= Self.maximumBytes else { throw .tooLarge }
        var result: [(String, String)] = []
        var seen: Set<String> = []
        for piece in encoded.split(separator: UInt8(ascii: "&")) {
            guard result.count < Self.maximumCount else { throw .tooMany }
            let equals = piece.firstIndex(of: UInt8(ascii: "=")) ?? piece.endIndex
            guard let name = Self.decode(piece[..<equals]), let value = Self.decode(piece[equals...].dropFirst()) else {
                throw .malformedEncoding
            }
            guard seen.insert(name).inserted else { throw .duplicate(name: name) }
            result.append((name, value))
        }
        pairs = result
    }

    /// NUL is refused: one database cannot store it, and C code behind another stops reading there.
    private static func decode(_ bytes: ArraySlice<UInt8>) -> String? {
        guard let text = FormEncoding.percentDecode(bytes: bytes, plusIsSpace: true), !text.utf8.contains(0) else {
            return nil
        }
        return text
    }

    /// The value, or nil if it is absent or empty.
    package subscript(name: String) -> String? {
        guard let value = pairs.first(where: { $0.0 == name })?.1, !value.isEmpty else { return nil }
        return value
    }

    /// The values of a space-separated list (scope, prompt, acr_values …), in order.
    package func list(_ name: String) -> [String] {
        (self[name] ?? "").split(separator: " ").map(String.init)
    }

    package mutating func set(_ name: String, _ value: String) {
        if let index = pairs.firstIndex(where: { $0.0 == name }) {
            pairs[index].1 = value
        } else {
            pairs.append((name, value))
        }
    }

    package func adding(_ name: String, _ value: String?) -> Parameters {
        guard let value else { return self }
        var result = self
        result.set(name, value)
        return result
    }

    package var encoded: String { Self.encode(pairs) }

    package static func encode(_ pairs: [(String, String)]) -> String { FormEncoding.encode(pairs) }
}
