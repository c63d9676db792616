package import Hummingbird

/// Answers every error that an endpoint throws. Nothing gets past it: Hummingbird's own answers to errors have no body
/// that a person or an OAuth client could read.
package struct FaultMiddleware: RouterMiddleware {
    package typealias Context = ProviderContext

    private let errors: ErrorAnswers

    package init(errors: ErrorAnswers) { self.errors = errors }

    package func handle(
        _ request: Request,
        context: ProviderContext,
        next: (Request, ProviderContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            return errors.answer(error, to: request, context)
        }
    }
}
