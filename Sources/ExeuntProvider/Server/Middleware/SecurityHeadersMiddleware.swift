import HTTPTypes
package import Hummingbird

/// What every answer carries, whoever made it.
package struct SecurityHeadersMiddleware: RouterMiddleware {
    package typealias Context = ProviderContext

    private let isSecure: Bool

    package init(isSecure: Bool) { self.isSecure = isSecure }

    package func handle(
        _ request: Request,
        context: ProviderContext,
        next: (Request, ProviderContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        Self.add(to: &response, isSecure: isSecure)
        return response
    }

    package static func add(to response: inout Response, isSecure: Bool) {
        response.headers[.xContentTypeOptions] = "nosniff"
        // Addresses of ours carry codes, hints and receipt tokens.
        response.headers[.referrerPolicy] = "no-referrer"
        // A-17; `frame-ancestors` says it to browsers of this decade.
        response.headers[.frameOptions] = "DENY"
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = ContentPolicy.nothing
        }
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
    }
}
