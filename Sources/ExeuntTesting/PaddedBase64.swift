import Foundation

/// Base64 with padding, for the `Basic` scheme.
enum PaddedBase64 {
    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
