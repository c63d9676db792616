package import Hummingbird
package import OutgoingHTTP

/// Finds out whose request this is, behind proxies that the operator named (`TrustedProxies`).
package struct TrustedProxyMiddleware: RouterMiddleware {
    package typealias Context = ProviderContext

    private let trusted: [CIDR]
    private let issuerIsSecure: Bool

    package init(trusted: [CIDR], issuerIsSecure: Bool) {
        self.trusted = trusted
        self.issuerIsSecure = issuerIsSecure
    }

    package func handle(
        _ request: Request,
        context: ProviderContext,
        next: (Request, ProviderContext) async throws -> Response
    ) async throws -> Response {
        let forwarded = request.headers[values: .forwardedFor]
        var context = context
        context.client = TrustedProxies.client(peer: context.peer, forwarded: forwarded, trusted: trusted)
        let proto = request.headers[values: .forwardedProto]
        if TrustedProxies.isPlain(
            peer: context.peer, proto: proto, trusted: trusted, issuerIsSecure: issuerIsSecure
        ) {
            throw RequestRefusal.schemeNotHTTPS
        }
        return try await next(request, context)
    }
}
