import HTTPTypes
package import Hummingbird

/// Refuses a request without exactly one `Host` (RFC 9112 §3.2): a proxy in front of us may have believed the other one.
/// What the host says is never used; our own addresses come from the issuer.
package struct HostMiddleware: RouterMiddleware {
    package typealias Context = ProviderContext

    package init() {}

    package func handle(
        _ request: Request,
        context: ProviderContext,
        next: (Request, ProviderContext) async throws -> Response
    ) async throws -> Response {
        // The first Host became the authority; any other is still among the fields.
        guard !request.headers.contains(.hostField) else { throw RequestRefusal.hostDuplicated }
        guard let host = request.head.authority, !host.isEmpty else { throw RequestRefusal.hostMissing }
        return try await next(request, context)
    }
}
