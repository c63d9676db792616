import OpenIDTypes

/// Whether what came to the redirect URI answers this browser's request.
enum CallbackRules {
    /// The code of a successful answer (Core §3.1.2.5).
    ///
    /// - Parameter issuerIsNamed: the provider puts `iss` into every answer (RFC 9207 §3).
    /// - Throws: kind `response` for an answer that is not to be believed, `denied` for a provider's no.
    static func code(
        in query: String, state: String, issuer: String, issuerIsNamed: Bool
    ) throws(RelyingPartyError) -> String {
        guard let answer = try? Parameters(query: query) else {
            throw RelyingPartyError(.response, "the answer cannot be read")
        }
        // RFC 6749 §10.12: anybody can send a browser here; only this login knows its state. Judged before `error` too.
        guard answer["state"] == state else {
            throw RelyingPartyError(.response, "the answer belongs to another login")
        }
        // RFC 9207 §2.4: an answer of another issuer is a mix-up, and so is a missing name where names are the rule.
        guard answer["iss"] == issuer || (answer["iss"] == nil && !issuerIsNamed) else {
            throw RelyingPartyError(.response, "the answer is another provider's")
        }
        if let error = answer["error"] {
            throw RelyingPartyError(.denied, "the provider answered \(printable(error))")
        }
        guard let code = answer["code"] else { throw RelyingPartyError(.response, "the answer has no code") }
        return code
    }

    /// Foreign text on its way into a log: short, and nothing that could start a line or a tag.
    static func printable(_ text: String) -> String {
        String(text.prefix(64).filter { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) })
    }
}
