/// Why a text is not a compact JWS that we look at.
package enum JWSRefusal: Error, Sendable, Hashable, CaseIterable {
    case tooLong
    case notThreeParts
    case notBase64URL
    case headerNotJSON
    /// RFC 7515 §4.1.11: an extension that must be understood, and we understand none. `b64` (RFC 7797) changes what
    /// is signed.
    case criticalHeader
}

/// A compact JWS (RFC 7515 §7.1), taken apart but not verified.
package struct CompactJWS: Sendable {
    package let header: JSONObject
    package let payload: [UInt8]
    package let signature: [UInt8]
    /// The ASCII bytes that the signature covers.
    package let signingInput: [UInt8]
    /// The text as it came.
    package let text: String

    /// Takes exactly three strict base64url parts apart, none empty.
    package static func parse(_ text: String, maximumLength: Int = 16_384) throws(JWSRefusal) -> CompactJWS {
        guard text.utf8.count <= maximumLength else { throw .tooLong }
        let bytes = Array(text.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { throw .notThreeParts }
        guard let head = Base64URL.decode(bytes: parts[0]), let payload = Base64URL.decode(bytes: parts[1]),
            let signature = Base64URL.decode(bytes: parts[2])
        else { throw .notBase64URL }
        guard let header = (try? JSONValue.parse(head, maximumDepth: 4))?.object else { throw .headerNotJSON }
        guard header["crit"] == nil, header["b64"] == nil else { throw .criticalHeader }
        return CompactJWS(
            header: header,
            payload: payload,
            signature: signature,
            signingInput: Array(bytes[..<parts[1].endIndex]),
            text: text
        )
    }

    package var algorithm: String? { header["alg"]?.string }
    package var keyID: String? { header["kid"]?.string }

    /// `typ` in lower case, without the `application/` that RFC 7515 §4.1.9 lets senders leave out.
    package var type: String? {
        guard let text = header["typ"]?.string?.lowercased() else { return nil }
        return text.hasPrefix("application/") ? String(text.dropFirst("application/".count)) : text
    }

    /// The payload if it is a JSON object. Not verified.
    package var unverifiedClaims: JSONValue? {
        guard let value = try? JSONValue.parse(payload), value.object != nil else { return nil }
        return value
    }
}
