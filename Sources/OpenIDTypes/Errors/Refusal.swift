/// A request that a rule says no to. What the public reads, what we log and where it may be sent are separate.
package protocol Refusal: Error, Sendable {
    /// Stable and kebab-case: for logs, metrics and pages.
    var id: String { get }
    var code: OAuthErrorCode { get }
    /// For `error_description` and pages: only the characters that RFC 6749 §5.2 allows, no secret, nothing that a
    /// stranger could have chosen freely.
    var publicText: String { get }
    /// The section of the specification that says no, such as "Core §3.1.2.1".
    var section: String { get }
    /// The status of a page or a JSON answer.
    var status: Int { get }
    /// Whether it may be sent to the client's redirect URI: only when that URI is known to be the client's.
    var mayRedirect: Bool { get }
}

extension Refusal {
    package var status: Int { 400 }
    package var mayRedirect: Bool { false }
}

/// Names that came in a request, made fit for an error text.
package enum PublicName {
    /// The name if it looks like a protocol name; otherwise no more than that it was one.
    package static func shown(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isPlain && !name.isEmpty && name.utf8.count <= 64 ? name : "(unprintable)"
    }
}
