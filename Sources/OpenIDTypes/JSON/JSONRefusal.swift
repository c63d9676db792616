/// Why bytes are not the JSON we accept.
package enum JSONRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case tooLarge
    case tooDeep
    case invalidUTF8
    /// Parsers differ about which of two equal names wins (RFC 8259 §4); attackers choose the parser.
    case duplicateName
    /// Byte offset of the first byte that does not fit.
    case syntax(offset: Int)

    package var description: String {
        switch self {
        case .tooLarge: "The JSON text is too large."
        case .tooDeep: "The JSON text is nested too deeply."
        case .invalidUTF8: "The JSON text is not valid UTF-8."
        case .duplicateName: "An object of the JSON text has two members of the same name."
        case .syntax(let offset): "The JSON text is not valid at byte \(offset)."
        }
    }
}
