import HTTPTypes
package import Hummingbird
import OpenIDTypes

/// The authorization endpoint (Core §3.1.2.1), GET and POST `/oidc/authorize`, and `/continue`, where its pages lead.
package struct AuthorizationEndpoint: Endpoint {
    static let path = "/oidc/authorize"
    /// The field that carries a request which is too long for an address on its way round (G10).
    static let bounceField = "exeunt_request"
    static let bouncePurpose = "authorization-request"
    /// Bytes of a query that proxies and browsers carry without complaint.
    static let longestQuery = 4_096
    /// Bytes of all parameters that are kept; they travel through our own addresses while the person signs in.
    static let longestRequest = 16_384
    /// A page that submits itself is there for seconds; a person without scripts needs some more.
    static let bounceLife = Duration.seconds(600)

    private let flow: AuthorizationFlow

    package init(parts: ProviderParts) { flow = AuthorizationFlow(parts: parts) }

    package func mount(on router: Router<ProviderContext>) {
        router.get("oidc/authorize") { request, _ in try await get(request) }
        router.post("oidc/authorize") { request, _ in try await post(request) }
        router.get("continue") { request, _ in try await resume(request) }
    }

    private func get(_ request: Request) async throws -> Response {
        try await flow.proceed(try kept(request.queryParameters()), request)
    }

    private func post(_ request: Request) async throws -> Response {
        let parameters = try await request.formParameters()
        if let sealed = parameters[Self.bounceField] {
            return try await flow.proceed(try unseal(sealed), request)
        }
        let kept = try kept(parameters)
        return lacksCookies(request) ? bounce(kept) : try await flow.proceed(kept, request)
    }

    /// The next step of an interaction. What a page did counts only as far as the session in this browser bears it out.
    private func resume(_ request: Request) async throws -> Response {
        let interaction = try flow.open(try request.queryParameters()["interaction"], request)
        // Somebody who came to sign in, not from an application, is done.
        guard let parameters = interaction.parameters else { return Answer.seeOther(flow.issuer.url("/")) }
        return try await flow.proceed(parameters, interaction: interaction, request)
    }

    private func kept(_ parameters: OpenIDTypes.Parameters) throws(ParameterRefusal) -> OpenIDTypes.Parameters {
        let pairs = parameters.pairs.filter { AuthorizationRequest.names.contains($0.0) && !$0.1.isEmpty }
        let bytes = pairs.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count }
        guard bytes <= Self.longestRequest else { throw .tooLarge }
        return OpenIDTypes.Parameters(pairs: pairs)
    }

    /// Whether the browser held our Lax cookies back because the POST came from the application's site. Without the
    /// header that says so, a request without a session cookie may be one.
    private func lacksCookies(_ request: Request) -> Bool {
        if let site = Self.fetchSite.flatMap({ request.headers[$0] }) { return site == "cross-site" }
        return flow.cookie.read(request) == nil
    }

    /// The same request once more from our own site, so that the cookies come along; a short one by its address.
    private func bounce(_ parameters: OpenIDTypes.Parameters) -> Response {
        let query = parameters.encoded
        if query.utf8.count <= Self.longestQuery {
            return Answer.seeOther(flow.issuer.url(Self.path) + (query.isEmpty ? "" : "?" + query))
        }
        let sealed = flow.parts.secretBox.sealText(
            .array(parameters.pairs.map { .array([.string($0.0), .string($0.1)]) }),
            purpose: Self.bouncePurpose,
            expires: flow.parts.clock.now + Self.bounceLife
        )
        let page = FormPostPage(action: flow.issuer.url(Self.path), fields: [(Self.bounceField, sealed)])
        return flow.parts.pages.render(page)
    }

    /// A request that has been round once is never sent round again.
    private func unseal(_ sealed: String) throws(InteractionRefusal) -> OpenIDTypes.Parameters {
        let json = flow.parts.secretBox.openText(sealed, purpose: Self.bouncePurpose, now: flow.parts.clock.now)
        guard let pairs = json?.array?.compactMap(\.strings), pairs.allSatisfy({ $0.count == 2 }) else {
            throw .expired
        }
        return OpenIDTypes.Parameters(pairs: pairs.map { ($0[0], $0[1]) })
    }

    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")
}
