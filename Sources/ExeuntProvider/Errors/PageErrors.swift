package import HTTPTypes
package import Hummingbird
package import OpenIDTypes

/// The one place where a person is told of an error that goes to nobody else.
package struct PageErrors: Sendable {
    private let pages: PageRenderer

    package init(pages: PageRenderer) { self.pages = pages }

    /// The refusal as a page. Nothing of the request is repeated on it.
    package func response(for refusal: any Refusal, headers: HTTPFields = [:]) -> Response {
        let page = ErrorPage(
            title: Texts.Failure.title(status: refusal.status),
            text: refusal.publicText,
            code: refusal.code.rawValue
        )
        return pages.render(page, status: HTTPResponse.Status(code: refusal.status), headers: headers)
    }
}
