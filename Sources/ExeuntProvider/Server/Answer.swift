package import HTTPTypes
package import Hummingbird
import NIOCore
package import OpenIDTypes

/// Builds the provider's answers that are not pages.
package enum Answer {
    /// A JSON document. Unless it is public and the same for everybody, nobody may store it (Core §3.1.3.3).
    package static func json(
        _ value: JSONValue,
        status: HTTPResponse.Status = .ok,
        noStore: Bool = true,
        headers: HTTPFields = [:]
    ) -> Response {
        body(value.serialized(), type: "application/json", status: status, noStore: noStore, headers: headers)
    }

    /// A body of any type: a key set that is text already, a signed UserInfo response.
    package static func body(
        _ text: String,
        type: String,
        status: HTTPResponse.Status = .ok,
        noStore: Bool = true,
        headers: HTTPFields = [:]
    ) -> Response {
        var fields = headers
        fields[.contentType] = type
        if noStore { fields.forbidStoring() }
        return Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// Sends the browser on. Always 303: after a 307 it would send the password form again (Core §16.22, RFC 9700 §4.12).
    package static func seeOther(
        _ location: String,
        setCookies: [String] = [],
        headers: HTTPFields = [:]
    ) -> Response {
        var fields = headers
        fields[.location] = location
        fields.forbidStoring()
        var response = Response(status: .seeOther, headers: fields)
        response.setCookies(setCookies)
        return response
    }

    /// No body.
    package static func empty(_ status: HTTPResponse.Status = .noContent, headers: HTTPFields = [:]) -> Response {
        Response(status: status, headers: headers)
    }
}

extension Response {
    /// Adds `Set-Cookie` fields beside those that are there.
    package mutating func setCookies(_ cookies: [String]) {
        for cookie in cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
    }

    /// The same answer with one more cookie; unchanged for nil.
    package func settingCookie(_ cookie: String?) -> Response {
        var copy = self
        if let cookie { copy.setCookies([cookie]) }
        return copy
    }
}

extension HTTPFields {
    /// No cache, shared or private, may keep the answer (RFC 6749 §5.1 wants the old `Pragma` too).
    package mutating func forbidStoring() {
        self[.cacheControl] = "no-store"
        self[.pragma] = "no-cache"
    }
}

extension HTTPField.Name {
    package static let pragma = Self("Pragma")!
    package static let referrerPolicy = Self("Referrer-Policy")!
    package static let frameOptions = Self("X-Frame-Options")!
    package static let resourcePolicy = Self("Cross-Origin-Resource-Policy")!
    package static let forwardedFor = Self("X-Forwarded-For")!
    package static let forwardedProto = Self("X-Forwarded-Proto")!
    /// What NIO leaves of a second `Host`; `HTTPField.Name.host` is fenced off, because the first one is the authority.
    package static let hostField = Self("Host")!
}
