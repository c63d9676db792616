import HTTPTypes
package import Hummingbird

/// CORS for single-page applications (RFC 9700 §2.6). Any origin may ask, because nothing here believes a cookie: what
/// counts is the code, the token or the secret in the request. Credentials are never allowed.
package enum CrossOrigin {
    private static let allowOrigin = HTTPField.Name("Access-Control-Allow-Origin")!
    private static let allowMethods = HTTPField.Name("Access-Control-Allow-Methods")!
    private static let allowHeaders = HTTPField.Name("Access-Control-Allow-Headers")!
    private static let exposeHeaders = HTTPField.Name("Access-Control-Expose-Headers")!
    private static let maxAge = HTTPField.Name("Access-Control-Max-Age")!

    /// The answer, readable by any origin.
    package static func readable(_ response: Response) -> Response {
        var copy = response
        copy.headers[allowOrigin] = "*"
        copy.headers[exposeHeaders] = "WWW-Authenticate"
        return copy
    }

    /// Answers the browser's question before the request itself.
    package static func mountPreflight(at path: String, methods: String, on router: Router<ProviderContext>) {
        router.on(RouterPath(path), method: .options) { _, _ in
            var response = readable(Answer.empty(.noContent))
            response.headers[allowMethods] = methods
            response.headers[allowHeaders] = "Authorization, Content-Type"
            response.headers[maxAge] = "600"
            return response
        }
    }
}
