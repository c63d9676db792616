package import OpenIDTypes

/// What a request shows to prove which client sends it; not yet believed.
package enum ClientCredentials: Sendable {
    /// `client_id` alone: all that a public client has (RFC 6749 §3.2.1).
    case none(ClientID)
    /// `Authorization: Basic`, both parts form-encoded (RFC 6749 §2.3.1).
    case basic(ClientID, secret: String)
    /// `client_id` and `client_secret` in the form.
    case post(ClientID, secret: String)
    /// A JWT signed by the client (RFC 7523 §2.2).
    case assertion(ClientID, CompactJWS)

    package static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    package var clientID: ClientID {
        switch self {
        case .none(let id), .basic(let id, _), .post(let id, _), .assertion(let id, _): id
        }
    }

    package var method: ClientAuthenticationMethod {
        switch self {
        case .none: .none
        case .basic: .clientSecretBasic
        case .post: .clientSecretPost
        case .assertion: .privateKeyJWT
        }
    }

    /// - Parameter authorization: the values of all `Authorization` fields of the request.
    package init(authorization: [String], form: Parameters) throws(ClientAuthenticationRefusal) {
        let hasAssertion = form["client_assertion"] != nil || form["client_assertion_type"] != nil
        let shown = [!authorization.isEmpty, form["client_secret"] != nil, hasAssertion]
        guard shown.count(where: { $0 }) <= 1 else { throw .methodsCombined }
        let named = form["client_id"].map(ClientID.init)
        if let header = authorization.first {
            guard authorization.count == 1 else { throw .credentialsMalformed }
            self = try Self.basic(header)
        } else if let secret = form["client_secret"] {
            guard let named else { throw .credentialsMissing }
            self = .post(named, secret: secret)
        } else if hasAssertion {
            self = try Self.assertion(form)
        } else {
            guard let named else { throw .credentialsMissing }
            self = .none(named)
        }
        guard named == nil || named == clientID else { throw .clientIDsDifferent }
    }

    private static func basic(_ header: String) throws(ClientAuthenticationRefusal) -> ClientCredentials {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic", let decoded = base64(parts[1]),
            let text = String(validating: decoded, as: UTF8.self), let colon = text.utf8.firstIndex(of: 0x3A)
        else { throw .credentialsMalformed }
        // The first colon separates: one inside the client_id is `%3A`.
        guard let id = FormEncoding.percentDecode(text[..<colon], plusIsSpace: true),
            let secret = FormEncoding.percentDecode(text[text.utf8.index(after: colon)...], plusIsSpace: true),
            !id.isEmpty, !secret.isEmpty
        else { throw .credentialsMalformed }
        return .basic(ClientID(id), secret: secret)
    }

    private static func assertion(_ form: Parameters) throws(ClientAuthenticationRefusal) -> ClientCredentials {
        guard form["client_assertion_type"] == assertionType else { throw .assertionTypeUnknown }
        guard let text = form["client_assertion"], let jws = try? CompactJWS.parse(text),
            let subject = jws.unverifiedClaims?["sub"]?.string, !subject.isEmpty
        else { throw .assertionMalformed }
        return .assertion(ClientID(subject), jws)
    }

    /// Padded base64 of the standard alphabet (RFC 7617 §2), by way of the strict decoder.
    private static func base64(_ text: Substring) -> [UInt8]? {
        guard text.utf8.count % 4 == 0, text.utf8.count <= 8192 else { return nil }
        let padding = text.utf8.reversed().prefix(while: { $0 == UInt8(ascii: "=") }).count
        guard padding <= 2 else { return nil }
        var bytes = Array(text.utf8.dropLast(padding))
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "+"): bytes[index] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): bytes[index] = UInt8(ascii: "_")
            case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
            default: break
            }
        }
        return Base64URL.decode(bytes: bytes)
    }
}
