package import OpenIDTypes

/// What is wrong with a request before any endpoint's own rules come in.
package enum RequestRefusal: String, Refusal, CaseIterable {
    case contentTypeNotForm = "content-type-not-form"
    case bodyTooLarge = "body-too-large"
    case bodyBroken = "body-broken"
    case hostMissing = "host-missing"
    case hostDuplicated = "host-duplicated"
    case schemeNotHTTPS = "scheme-not-https"
    case methodUnknown = "method-unknown"
    case methodNotAllowed = "method-not-allowed"
    case pathUnknown = "path-unknown"
    case tookTooLong = "took-too-long"

    package var id: String { rawValue }
    package var mayRedirect: Bool { false }

    package var code: OAuthErrorCode {
        self == .tookTooLong ? .temporarilyUnavailable : .invalidRequest
    }

    package var status: Int {
        switch self {
        case .contentTypeNotForm, .bodyBroken, .hostMissing, .hostDuplicated, .schemeNotHTTPS: 400
        case .bodyTooLarge: 413
        case .pathUnknown: 404
        case .methodNotAllowed: 405
        case .methodUnknown: 501
        case .tookTooLong: 503
        }
    }

    package var publicText: String {
        switch self {
        case .contentTypeNotForm: "The body must be sent as application/x-www-form-urlencoded."
        case .bodyTooLarge: "The request is larger than this server accepts."
        case .bodyBroken: "The request could not be read to its end."
        case .hostMissing: "The request names no host."
        case .hostDuplicated: "The request names more than one host."
        case .schemeNotHTTPS: "This server is only reachable by https."
        case .methodUnknown: "This server does not know that method."
        case .methodNotAllowed: "This address does not accept that method."
        case .pathUnknown: "There is nothing at this address."
        case .tookTooLong: "The server could not answer in time. Please try again."
        }
    }

    package var section: String {
        switch self {
        case .contentTypeNotForm: "RFC 6749 §3.2"
        case .bodyTooLarge: "RFC 9110 §15.5.14"
        case .bodyBroken: "RFC 9112 §8"
        case .hostMissing, .hostDuplicated: "RFC 9112 §3.2"
        case .schemeNotHTTPS: "RFC 6749 §3.1"
        case .methodUnknown: "RFC 9110 §15.6.2"
        case .methodNotAllowed: "RFC 9110 §15.5.6"
        case .pathUnknown: "RFC 9110 §15.5.5"
        case .tookTooLong: "RFC 9110 §15.6.4"
        }
    }
}
