/// Percent-encoding and `application/x-www-form-urlencoded` (RFC 3986 §2, WHATWG URL §5).
package enum FormEncoding {
    /// Everything but unreserved characters is encoded; a space becomes `%20`, which queries and forms both understand.
    package static func percentEncode(_ text: String) -> String {
        if text.utf8.allSatisfy(isUnreserved) { return text }
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count * 3)
        for byte in text.utf8 {
            if isUnreserved(byte) {
                output.append(byte)
            } else {
                output.append(UInt8(ascii: "%"))
                output.append(upperHex(byte >> 4))
                output.append(upperHex(byte & 15))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Decodes every `%XX`; nil for a broken escape or a result that is not UTF-8.
    package static func percentDecode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        percentDecode(bytes: text.utf8, plusIsSpace: plusIsSpace)
    }

    static func percentDecode(bytes: some Sequence<UInt8>, plusIsSpace: Bool) -> String? {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.underestimatedCount)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue) else {
                    return nil
                }
                output.append(high << 4 | low)
            } else {
                output.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return String(validating: output, as: UTF8.self)
    }

    /// `name=value&…`, each part encoded exactly once.
    package static func encode(_ pairs: [(String, String)]) -> String {
        pairs.map { "\(percentEncode($0.0))=\(percentEncode($0.1))" }.joined(separator: "&")
    }

    /// The address with the pairs added to its query. An existing query is kept as it is (RFC 6749 §3.1.2), and a
    /// fragment stays at the end.
    package static func appending(_ pairs: [(String, String)], toQueryOf uri: String) -> String {
        guard !pairs.isEmpty else { return uri }
        let hash = uri.utf8.firstIndex(of: UInt8(ascii: "#")) ?? uri.utf8.endIndex
        let base = uri[..<hash]
        let separator: String
        if !base.utf8.contains(UInt8(ascii: "?")) {
            separator = "?"
        } else {
            separator = base.hasSuffix("?") || base.hasSuffix("&") ? "" : "&"
        }
        return "\(base)\(separator)\(encode(pairs))\(uri[hash...])"
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func upperHex(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
