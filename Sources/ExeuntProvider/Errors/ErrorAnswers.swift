import HTTPTypes
package import Hummingbird
import Logging
package import OpenIDTypes
import SQLStore

/// Turns whatever an endpoint threw into an answer. Refusals say what they are; of faults the public learns nothing but
/// a reference that the log has too.
package struct ErrorAnswers: Sendable {
    private let pages: PageRenderer
    private let pageErrors: PageErrors

    package init(pages: PageRenderer) {
        self.pages = pages
        pageErrors = PageErrors(pages: pages)
    }

    package func answer(_ error: any Error, to request: Request, _ context: ProviderContext) -> Response {
        if let refusal = error as? any Refusal { return answer(refusal, to: request) }
        if let known = error as? any HTTPResponseError { return answer(Self.refusal(for: known.status), to: request) }
        return answer(fault: error, to: request, context)
    }

    /// The refusal, for the audience of the path.
    package func answer(_ refusal: any Refusal, to request: Request, headers: HTTPFields = [:]) -> Response {
        switch Audience.of(path: request.uri.path) {
        case .browser: pageErrors.response(for: refusal, headers: headers)
        case .program: JSONErrors.response(for: refusal, headers: headers)
        }
    }

    private func answer(fault: any Error, to request: Request, _ context: ProviderContext) -> Response {
        let reference = Base64URL.encode((0..<9).map { _ in UInt8.random(in: .min ... .max) })
        let isPassing = Self.isPassing(fault)
        // The route, not the path: paths of receipts are secrets.
        context.logger.error(
            "request failed",
            metadata: [
                "reference": "\(reference)", "method": "\(request.method)", "route": "\(context.endpointPath ?? "-")",
                "cause": "\(String(reflecting: type(of: fault))): \(fault)",
            ]
        )
        let status: HTTPResponse.Status = isPassing ? .serviceUnavailable : .internalServerError
        let headers: HTTPFields = isPassing ? [.retryAfter: "5"] : [:]
        switch Audience.of(path: request.uri.path) {
        case .program:
            let code: OAuthErrorCode = isPassing ? .temporarilyUnavailable : .serverError
            let text = "The server failed. Reference: \(reference)"
            let body: JSONValue = ["error": .string(code.rawValue), "error_description": .string(text)]
            return Answer.json(body, status: status, headers: headers)
        case .browser:
            let page = ErrorPage(
                title: Texts.Failure.title(status: status.code),
                text: isPassing ? Texts.Failure.unavailable : Texts.Failure.fault,
                reference: reference
            )
            return pages.render(page, status: status, headers: headers)
        }
    }

    /// Whether the same request may succeed a little later.
    private static func isPassing(_ error: any Error) -> Bool {
        switch error as? SQLError {
        case .unavailable, .busy, .diskFull: true
        default: error is CancellationError
        }
    }

    /// What the router and Hummingbird themselves say no to.
    private static func refusal(for status: HTTPResponse.Status) -> RequestRefusal {
        switch status {
        case .notFound: .pathUnknown
        case .contentTooLarge: .bodyTooLarge
        case .methodNotAllowed: .methodNotAllowed
        default: .bodyBroken
        }
    }
}
