import ExeuntRelyingParty
import ExeuntRelyingPartyHummingbird
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// A small application that signs people in through Exeunt, to see a logout from the other side.
struct SampleApplication: Sendable {
    /// The heading of its page, such as "Application One".
    let title: String
    /// Where browsers reach it.
    let address: String
    /// The other application, to go to.
    let neighbour: (title: String, address: String)
    let listen: (host: String, port: Int)
    let party: RelyingParty
    let sessions = MemorySessions()

    /// The application as a service; it stops when the demo stops.
    func service(logger: Logger) -> some Service {
        let router = Router()
        let routes = RelyingPartyRoutes(party, sessions: sessions, secureCookies: false)
        routes.mount(on: router)
        router.get("/") { request, _ in
            try await page(routes.signedIn(request), isBack: routes.returnsFromLogout(request))
        }
        router.get("style.css") { _, _ in file(SamplePage.style, "text/css; charset=utf-8") }
        router.get("icon.svg") { _, _ in file(SamplePage.icon, "image/svg+xml") }
        return Application(
            router: router,
            configuration: .init(address: .hostname(listen.host, port: listen.port)),
            logger: logger
        )
    }

    private func file(_ text: String, _ type: String) -> Response {
        Response(status: .ok, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private func page(_ login: SignedIn?, isBack: Bool) -> Response {
        let html = SamplePage.html(title: title, login: login, isBack: isBack, neighbour: neighbour)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy: SamplePage.policy,
            ],
            body: .init(byteBuffer: ByteBuffer(string: html))
        )
    }
}
