import FoundationEssentials

/// Padded base64 (RFC 4648 §4), as the `Basic` scheme wants it.
enum Base64Text {
    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
