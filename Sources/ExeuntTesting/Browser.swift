import Foundation
package import HTTPTypes
import Logging
package import OpenIDTypes
import OutgoingHTTP

/// A browser without a screen: cookies by host, 303s followed by hand or to the end, forms filled in by their ids.
package actor Browser {
    /// What a request brought back.
    package struct Answer: Sendable {
        package let url: String
        package let status: Int
        package let headers: HTTPFields
        package let text: String

        package var location: String? { headers[.location] }

        /// A query parameter of the `Location`, decoded.
        package func redirected(_ name: String) -> String? {
            location.flatMap { Browser.query(of: $0)[name] }
        }

        package var json: JSONValue? { try? JSONValue.parse(Array(text.utf8)) }
        package func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
        /// Whether the page holds an element of this id.
        package func shows(_ id: String) -> Bool { text.contains("id=\"\(id)\"") }
    }

    package var jar = CookieJar()
    private let client: OutgoingClient

    package init() throws {
        client = try OutgoingClient(policy: AddressPolicy(development: true), logger: Logger(label: "browser"))
    }

    /// - Parameters:
    ///   - rawForm: a form body exactly as it is to be sent, however wrong.
    ///   - crossSite: a request that a page of another site makes: no Lax cookies unless a top-level GET.
    package func send(
        _ method: HTTPRequest.Method,
        _ url: String,
        form: [(String, String)]? = nil,
        rawForm: String? = nil,
        headers: [String: String] = [:],
        crossSite: Bool = false
    ) async throws -> Answer {
        let target = try OutgoingURL(url)
        var fields = HTTPFields()
        let host = target.host
        let lax = !crossSite || method == .get
        if let cookies = jar.header(for: host, laxAllowed: lax) { fields[.cookie] = cookies }
        var body: [UInt8] = []
        if let text = rawForm ?? form.map({ Parameters.encode($0) }) {
            fields[.contentType] = "application/x-www-form-urlencoded"
            body = Array(text.utf8)
        }
        for (name, value) in headers { fields[HTTPField.Name(name)!] = value }
        let request = OutgoingRequest(method: method, url: target, headers: fields, body: body, isRepeatable: false)
        let limits = OutgoingLimits(deadline: .seconds(30), maximumBody: 4 << 20)
        let response = try await client.send(request, limits: limits)
        for line in response.headers[values: .setCookie] { jar.take(line, from: host) }
        return Answer(
            url: url,
            status: response.status,
            headers: response.headers,
            text: String(decoding: response.body, as: UTF8.self)
        )
    }

    package func get(_ url: String, headers: [String: String] = [:], crossSite: Bool = false) async throws -> Answer {
        try await send(.get, url, headers: headers, crossSite: crossSite)
    }

    package func post(
        _ url: String,
        _ form: [(String, String)],
        headers: [String: String] = [:],
        crossSite: Bool = false
    ) async throws -> Answer {
        try await send(.post, url, form: form, headers: headers, crossSite: crossSite)
    }

    /// Follows redirects as long as they stay on `origin`; the first one that leaves is returned as it is.
    package func follow(_ first: Answer, within origin: String) async throws -> Answer {
        var answer = first
        for _ in 0..<12 {
            guard (300..<400).contains(answer.status), let location = answer.location else { return answer }
            let next = Self.resolve(location, against: answer.url)
            guard next.hasPrefix(origin + "/") || next == origin else { return answer }
            answer = try await get(next)
        }
        return answer
    }

    /// Submits the form of this id with its hidden fields and `values`.
    package func submit(
        _ id: String,
        on page: Answer,
        _ values: [(String, String)],
        headers: [String: String] = [:]
    ) async throws -> Answer {
        guard let form = HTMLForm(id: id, in: page.text) else { throw MissingForm(id: id, page: page.text) }
        let names = Set(values.map(\.0))
        let fields = form.hidden.filter { !names.contains($0.0) } + values
        let action = form.action.isEmpty ? page.url : Self.resolve(form.action, against: page.url)
        return try await post(action, fields, headers: headers)
    }

    package func cookieHeader(for host: String) -> String? { jar.header(for: host) }
    package func plant(name: String, value: String, host: String) { jar.plant(name: name, value: value, host: host) }
    package func forgetCookies() { jar.removeAll() }
    package func replaceCookies(_ other: CookieJar) { jar = other }

    package static func resolve(_ location: String, against base: String) -> String {
        URL(string: location, relativeTo: URL(string: base))?.absoluteString ?? location
    }

    package static func query(of url: String) -> [String: String] {
        guard let mark = url.firstIndex(of: "?") else { return [:] }
        let query = url[url.index(after: mark)...].prefix { $0 != "#" }
        guard let parameters = try? Parameters(query: String(query)) else { return [:] }
        return Dictionary(parameters.pairs.map { ($0.0, $0.1) }, uniquingKeysWith: { first, _ in first })
    }

    package struct MissingForm: Error, CustomStringConvertible {
        let id: String
        let page: String
        package var description: String { "no form \(id) on the page:\n\(page.prefix(2000))" }
    }
}

/// A form as the server wrote it: its action and its hidden fields.
package struct HTMLForm: Sendable {
    package let action: String
    package let hidden: [(String, String)]

    package init?(id: String, in html: String) {
        for part in html.components(separatedBy: "<form").dropFirst() {
            guard let end = part.firstIndex(of: ">") else { continue }
            let tag = String(part[..<end])
            guard Self.attribute("id", of: tag) == id else { continue }
            action = Self.attribute("action", of: tag) ?? ""
            let body = part.components(separatedBy: "</form>")[0]
            hidden = body.components(separatedBy: "<input").dropFirst().compactMap { input in
                let tag = String(input.prefix { $0 != ">" })
                guard Self.attribute("type", of: tag) == "hidden", let name = Self.attribute("name", of: tag) else {
                    return nil
                }
                return (name, Self.attribute("value", of: tag) ?? "")
            }
            return
        }
        return nil
    }

    private static func attribute(_ name: String, of tag: String) -> String? {
        guard let range = tag.range(of: " \(name)=\"") else { return nil }
        let value = tag[range.upperBound...].prefix { $0 != "\"" }
        return value.replacingOccurrences(of: "&quot;", with: "\"")
            .replacingOccurrences(of: "&#39;", with: "'")
            .replacingOccurrences(of: "&#x27;", with: "'")
            .replacingOccurrences(of: "&lt;", with: "<")
            .replacingOccurrences(of: "&gt;", with: ">")
            .replacingOccurrences(of: "&amp;", with: "&")
    }
}
