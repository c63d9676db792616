import HTTPTypes
package import Hummingbird
import NIOCore

/// Style sheet, scripts and mark, `GET /assets/<name>`.
package struct AssetsEndpoint: Endpoint {
    private let assets: PageAssets

    package init(parts: ProviderParts) { assets = PageAssets(base: parts.configuration.issuer.path) }

    package func mount(on router: Router<ProviderContext>) {
        router.get("assets/{name}") { request, context in
            guard let file = context.parameters.get("name").flatMap(assets.file) else {
                throw RequestRefusal.pathUnknown
            }
            return answer(file, to: request)
        }
    }

    /// With the right version in its address a file never changes; otherwise the browser must ask again.
    private func answer(_ file: PageAssets.File, to request: Request) -> Response {
        let tag = "\"\(file.version)\""
        var headers: HTTPFields = [.contentType: file.type, .eTag: tag, .resourcePolicy: "same-origin"]
        let isVersioned = request.uri.query == "v=\(file.version)"
        headers[.cacheControl] = isVersioned ? "public, max-age=31536000, immutable" : "no-cache"
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}
