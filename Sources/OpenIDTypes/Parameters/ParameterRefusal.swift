/// Why a query or a form is not read at all.
package enum ParameterRefusal: Refusal, Hashable {
    case tooLarge
    case tooMany
    case malformedEncoding
    /// RFC 6749 §3.1: two values of one name, and attackers know which one each component takes.
    case duplicate(name: String)
    /// The body of a POST is not `application/x-www-form-urlencoded`.
    case notAForm

    package var id: String {
        switch self {
        case .tooLarge: "parameters-too-large"
        case .tooMany: "parameters-too-many"
        case .malformedEncoding: "parameters-malformed"
        case .duplicate: "parameters-duplicate"
        case .notAForm: "parameters-not-a-form"
        }
    }

    package var code: OAuthErrorCode { .invalidRequest }
    package var section: String { self == .notAForm ? "RFC 6749 §3.2" : "RFC 6749 §3.1" }

    package var status: Int {
        switch self {
        case .tooLarge: 413
        case .notAForm: 415
        default: 400
        }
    }

    package var publicText: String {
        switch self {
        case .tooLarge: "The request is too large."
        case .tooMany: "The request has too many parameters."
        case .malformedEncoding: "The parameters of the request are not encoded correctly."
        case .duplicate(let name): "The parameter \(PublicName.shown(name)) is given more than once."
        case .notAForm: "The request must have the content type application/x-www-form-urlencoded."
        }
    }
}
