package import HTTPTypes
package import Hummingbird
package import OpenIDTypes

/// The one place where an application is told of an error (RFC 6749 §5.2, RFC 6750 §3).
package enum JSONErrors {
    /// - Parameters:
    ///   - challenge: the `WWW-Authenticate` value of a 401. Without one, an application is asked for `Basic`
    ///     (RFC 6749 §5.2). A `Bearer` challenge comes from `bearerChallenge(for:)`.
    package static func response(
        for refusal: any Refusal,
        challenge: String? = nil,
        headers: HTTPFields = [:]
    ) -> Response {
        var fields = headers
        let status = HTTPResponse.Status(code: refusal.status)
        if let challenge {
            fields[.wwwAuthenticate] = challenge
        } else if status == .unauthorized {
            fields[.wwwAuthenticate] = "Basic realm=\"exeunt\""
        }
        return Answer.json(
            [
                "error": .string(refusal.code.rawValue),
                "error_description": .string(description(refusal.publicText)),
            ],
            status: status,
            headers: fields
        )
    }

    /// `Bearer` with the error as its parameters (RFC 6750 §3).
    package static func bearerChallenge(for refusal: any Refusal, scope: String? = nil) -> String {
        var text = "Bearer realm=\"exeunt\", error=\"\(refusal.code.rawValue)\""
        text += ", error_description=\"\(description(refusal.publicText))\""
        if let scope { text += ", scope=\"\(description(scope))\"" }
        return text
    }

    /// The characters that RFC 6749 §5.2 allows in `error_description`; all others become `?`.
    static func description(_ text: String) -> String {
        String(
            text.unicodeScalars.map { scalar in
                switch scalar.value {
                case 0x20...0x21, 0x23...0x5b, 0x5d...0x7e: Character(scalar)
                case 0x22: "'"
                default: "?"
                }
            }
        )
    }
}
