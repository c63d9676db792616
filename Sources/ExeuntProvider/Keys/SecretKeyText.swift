import OpenIDTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The spellings of a 32-byte key that operators' tools print: base64 (`openssl rand -base64 32`), base64url,
/// hexadecimal (`openssl rand -hex 32`).
enum SecretKeyText {
    static func decode(_ bytes: [UInt8]) -> [UInt8]? {
        let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard text.count == 1, let word = text.first else { return nil }
        let candidates = [hexadecimal(word), Base64URL.decode(word), Data(base64Encoded: String(word)).map(Array.init)]
        return candidates.compactMap { $0 }.first { $0.count == 32 }
    }

    private static func hexadecimal(_ word: Substring) -> [UInt8]? {
        guard word.utf8.count == 64 else { return nil }
        let digits = word.compactMap(\.hexDigitValue)
        guard digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
