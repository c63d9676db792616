package import HTTPTypes
package import Hummingbird
import Mustache
import NIOCore

/// Turns pages into answers: HTML from a template, and the headers that keep the page safe.
package struct PageRenderer: Sendable {
    private let issuer: Issuer
    private let assets: PageAssets

    package init(issuer: Issuer) {
        self.issuer = issuer
        assets = PageAssets(base: issuer.path)
    }

    /// The page as an answer that nobody stores, with the strict policy of `ContentPolicy`.
    package func render(
        _ page: any Page,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        cookies: [String] = []
    ) -> Response {
        let policy = ContentPolicy(page: page)
        var fields = headers
        fields[.contentType] = "text/html; charset=utf-8"
        fields.forbidStoring()
        fields[.contentSecurityPolicy] = policy.header
        fields[.resourcePolicy] = "same-origin"
        let body = ByteBuffer(string: html(page))
        var response = Response(status: status, headers: fields, body: .init(byteBuffer: body))
        response.setCookies(cookies)
        return response
    }

    /// The page's markup.
    package func html(_ page: any Page) -> String {
        let policy = ContentPolicy(page: page)
        var model = page.model.mapValues(\.plain)
        if let next = model["continueURL"] as? String { model["continueURL"] = absolute(next) }
        model["title"] = page.title
        model["lang"] = Texts.language
        model["base"] = issuer.path
        model["style"] = assets.address("exeunt.css")
        model["mark"] = assets.address("mark.svg")
        if let script = page.script { model["script"] = assets.address(script.rawValue) }
        if let meta = policy.meta { model["policy"] = meta }
        if let refresh = page.refresh, isOurs(refresh.address) {
            let content = refresh.address.map { "\(refresh.seconds); url=\(absolute($0))" } ?? "\(refresh.seconds)"
            model[refresh.withoutScriptOnly ? "refreshWithoutScript" : "refresh"] = content
        }
        return PageTemplates.render(page.template, model)
    }

    /// Endpoints write their own addresses without the issuer's path.
    private func absolute(_ address: String) -> String {
        address.hasPrefix("/") ? issuer.path + address : address
    }

    /// A refresh leads nowhere but to ourselves; the continue address then answers 303.
    private func isOurs(_ address: String?) -> Bool {
        guard let address else { return true }
        if address.hasPrefix("/") { return !address.hasPrefix("//") && !address.hasPrefix("/\\") }
        return address.hasPrefix(issuer.origin + "/")
    }
}

extension PageValue {
    /// What the template engine understands. A flag that is false hides its section.
    fileprivate var plain: Any {
        switch self {
        case .text(let text): text
        case .flag(let flag): flag
        case .list(let rows): rows.map { $0.mapValues(\.plain) }
        case .record(let record): record.mapValues(\.plain)
        }
    }
}
