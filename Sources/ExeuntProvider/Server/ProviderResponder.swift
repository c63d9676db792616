import HTTPTypes
package import Hummingbird

/// What stands between the HTTP server and the router: the deadline of a request, and an issuer that has a path.
package struct ProviderResponder: HTTPResponder {
    package typealias Context = ProviderContext

    private let routes: RouterResponder<ProviderContext>
    private let errors: ErrorAnswers
    private let issuer: Issuer
    private let deadline: Duration
    private static let nowhere = "/-"

    package init(
        routes: RouterResponder<ProviderContext>,
        errors: ErrorAnswers,
        issuer: Issuer,
        deadline: Duration = RequestLimits.deadline
    ) {
        self.routes = routes
        self.errors = errors
        self.issuer = issuer
        self.deadline = deadline
    }

    package func respond(to request: Request, context: ProviderContext) async throws -> Response {
        let response = try await respondInside(request, context)
        // The server writes what it is given: a body after HEAD would be read as the next answer.
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func respondInside(_ request: Request, _ context: ProviderContext) async throws -> Response {
        guard !issuer.path.isEmpty else { return try await respondInTime(to: request, context) }
        var head = request.head
        // A path outside of the issuer's becomes one that nothing is mounted at.
        head.path = IssuerPathRules.inner(head.path ?? "/", issuerPath: issuer.path) ?? Self.nowhere
        var response = try await respondInTime(to: Request(head: head, body: request.body), context)
        if let location = response.headers[.location], location.hasPrefix("/") {
            response.headers[.location] = issuer.path + location
        }
        return response
    }

    /// The answer, or the refusal that it took too long: of one that sends its body drop by drop, or waits for a
    /// database that hangs. What cannot be cancelled, a commit under way, is waited for, and its answer is given.
    private func respondInTime(to request: Request, _ context: ProviderContext) async throws -> Response {
        let interruption = Interruption()
        let alarm = Alarms.shared.set(after: deadline) { interruption.interrupt() }
        defer { Alarms.shared.takeBack(alarm) }
        do {
            return try await interruption.guarding { try await routes.respond(to: request, context: context) }
        } catch {
            guard interruption.isInterrupted else { throw error }
            var refused = errors.answer(RequestRefusal.tookTooLong, to: request)
            SecurityHeadersMiddleware.add(to: &refused, isSecure: issuer.isSecure)
            return refused
        }
    }
}
