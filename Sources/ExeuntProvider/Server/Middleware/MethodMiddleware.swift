import HTTPTypes
package import Hummingbird

/// Refuses methods that nobody knows (RFC 9110 §9.1: 501); to those that a path does not have `MethodAnswers` says 405.
package struct MethodMiddleware: RouterMiddleware {
    package typealias Context = ProviderContext

    package init() {}

    package func handle(
        _ request: Request,
        context: ProviderContext,
        next: (Request, ProviderContext) async throws -> Response
    ) async throws -> Response {
        guard MethodAnswers.known.contains(request.method) else { throw RequestRefusal.methodUnknown }
        return try await next(request, context)
    }
}
