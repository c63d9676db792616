package import Hummingbird

/// The provider's own address, `GET /`.
package struct HomeEndpoint: Endpoint {
    private let pages: PageRenderer
    private let issuer: String

    package init(parts: ProviderParts) {
        pages = parts.pages
        issuer = parts.configuration.issuer.text
    }

    package func mount(on router: Router<ProviderContext>) {
        router.get("/") { _, _ in pages.render(HomePage(issuer: issuer)) }
    }
}
