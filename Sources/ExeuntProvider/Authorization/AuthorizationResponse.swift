import OpenIDTypes

/// An authorization response, success or error: where it goes and what it says (Core §3.1.2.5, §3.1.2.6).
package struct AuthorizationResponse: Sendable {
    package let target: AuthorizationReturn
    package let pairs: [(String, String)]

    package static func code(_ code: String, to target: AuthorizationReturn, issuer: String) -> Self {
        Self(target: target, pairs: finished([("code", code)], target, issuer))
    }

    package static func error(
        _ refusal: AuthorizationRefusal, to target: AuthorizationReturn, issuer: String
    ) -> Self {
        let pairs = [("error", refusal.code.rawValue), ("error_description", refusal.publicText)]
        return Self(target: target, pairs: finished(pairs, target, issuer))
    }

    /// RFC 9207 §2: every answer names its issuer, errors too, so that a client of several is not mixed up.
    private static func finished(
        _ pairs: [(String, String)], _ target: AuthorizationReturn, _ issuer: String
    ) -> [(String, String)] {
        pairs + (target.state.map { [("state", $0)] } ?? []) + [("iss", issuer)]
    }

    /// The address with the answer in its query; what the address had there stays (Y5).
    package var location: String { FormEncoding.appending(pairs, toQueryOf: target.redirectURI) }
}
