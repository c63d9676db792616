import HTTPTypes
package import Hummingbird
import Logging
package import OutgoingHTTP

/// One line and one measurement per request. It names the route, never the path or the query: codes, hints, receipt
/// tokens and user names stand in those.
package struct AccessLogMiddleware: RouterMiddleware {
    package typealias Context = ProviderContext

    private let trusted: [CIDR]

    package init(trusted: [CIDR]) { self.trusted = trusted }

    package func handle(
        _ request: Request,
        context: ProviderContext,
        next: (Request, ProviderContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let duration = ContinuousClock.now - start
        let route = context.endpointPath ?? "-"
        Telemetry.request(route: route, method: request.method.rawValue, status: response.status.code, took: duration)
        context.logger.log(
            level: route.hasPrefix("/health/") ? .debug : .info,
            "request",
            metadata: [
                "method": "\(Self.known(request.method))", "route": "\(route)", "status": "\(response.status.code)",
                "client": "\(client(of: request, context))", "ms": "\(duration / .milliseconds(1))",
            ]
        )
        return response
    }

    /// Contexts are values: what the middleware further in found out does not come back here.
    private func client(of request: Request, _ context: ProviderContext) -> String {
        let forwarded = request.headers[values: .forwardedFor]
        let client = TrustedProxies.client(peer: context.peer, forwarded: forwarded, trusted: trusted)
        return client?.description ?? "unknown"
    }

    /// A stranger chooses the method's name, and must not choose what stands in the log.
    static func known(_ method: HTTPRequest.Method) -> String {
        MethodAnswers.known.contains(method) ? method.rawValue : "OTHER"
    }
}
