import Crypto
import HTTPTypes
package import Hummingbird
import NIOCore
import OpenIDTypes

/// The two well-known documents, which are one: the same bytes at both addresses (Discovery §4, RFC 8414 §3). They depend
/// on the configuration alone and are written once.
package struct DiscoveryEndpoint: Endpoint {
    private let document: String
    private let tag: String

    package init(issuer: Issuer) {
        document = ProviderMetadata.document(issuer: issuer).serialized()
        tag = "\"\(Base64URL.encode(SHA256.hash(data: Array(document.utf8)).prefix(12)))\""
    }

    package func mount(on router: Router<ProviderContext>) {
        for path in [ProviderMetadata.openIDPath, ProviderMetadata.oauthPath] {
            router.get(RouterPath(path)) { request, _ in answer(request) }
            CrossOrigin.mountPreflight(at: path, methods: "GET", on: router)
        }
    }

    private func answer(_ request: Request) -> Response {
        let headers: HTTPFields = [.cacheControl: "public, max-age=300", .eTag: tag]
        if request.headers[values: .ifNoneMatch].contains(tag) {
            return CrossOrigin.readable(Answer.empty(.notModified, headers: headers))
        }
        return CrossOrigin.readable(Answer.body(document, type: "application/json", noStore: false, headers: headers))
    }
}

extension DiscoveryEndpoint {
    package init(parts: ProviderParts) { self.init(issuer: parts.configuration.issuer) }
}
