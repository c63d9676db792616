import ExeuntRelyingParty
import ExeuntRelyingPartyHummingbird
import ExeuntTesting
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import OpenIDTypes
import OutgoingHTTP

/// A whole application on a loopback port: the adapter's routes, and a page that says who is signed in.
struct SampleSite: Sendable {
    let origin: String
    let sessions: MemorySessions
    let client: TestClient

    /// Registers the application at `provider` and serves it for as long as `body` runs.
    static func run<R: Sendable>(
        _ name: String,
        at provider: TestProvider,
        _ changes: JSONObject = [:],
        _ body: @Sendable (SampleSite) async throws -> R
    ) async throws -> R {
        let port = try FreePort.find()
        let origin = "http://\(name).localhost:\(port)"
        var metadata: JSONObject = [
            "post_logout_redirect_uris": [.string(origin + "/")],
            "backchannel_logout_uri": .string(origin + "/backchannel-logout"),
            "backchannel_logout_session_required": true,
        ]
        for (name, value) in changes.members { metadata[name] = value }
        let client = try await provider.addClient(name, at: origin, metadata)
        let sessions = MemorySessions(clock: provider.clock)
        let party = try RelyingParty(
            RelyingPartyConfiguration(
                issuer: provider.issuer,
                clientID: client.id.rawValue,
                clientSecret: client.secret,
                redirectURI: origin + "/callback",
                postLogoutRedirectURI: origin + "/",
                development: true
            ),
            client: OutgoingClient(policy: AddressPolicy(development: true), logger: silent),
            clock: provider.clock
        )
        let site = SampleSite(origin: origin, sessions: sessions, client: client)
        return try await site.serve(party, port, body)
    }

    private static let silent = Logger(label: "site") { _ in SwiftLogNoOpLogHandler() }

    private func serve<R: Sendable>(
        _ party: RelyingParty, _ port: Int, _ body: @Sendable (SampleSite) async throws -> R
    ) async throws -> R {
        let router = Router()
        let routes = RelyingPartyRoutes(party, sessions: sessions, secureCookies: false)
        routes.mount(on: router)
        router.get("/") { request, _ in
            let who = try await routes.signedIn(request)?.subject ?? "nobody"
            return who + (routes.returnsFromLogout(request) ? " returns" : "")
        }
        let (started, signal) = AsyncThrowingStream<Void, any Error>.makeStream()
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { _ in signal.finish() },
            logger: Self.silent
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await application.run() } catch {
                    signal.finish(throwing: error)
                    throw error
                }
            }
            for try await _ in started {}
            defer { group.cancelAll() }
            return try await body(self)
        }
    }

    /// Who this browser is here.
    func who(_ browser: Browser) async throws -> String { try await browser.get(origin + "/").text }

    /// Signs in by the application's own link, through the provider's pages if it shows any.
    func signIn(_ browser: Browser, at provider: TestProvider) async throws {
        let leaving = try await browser.get(origin + "/login")
        guard leaving.status == 303, let address = leaving.location else { throw UnexpectedAnswer("login", leaving) }
        var answer = try await browser.follow(try await browser.get(address), within: provider.issuer)
        if answer.shows("login-form") {
            let values = [("username", "alice"), ("password", TestProvider.password)]
            answer = try await browser.follow(
                try await browser.submit("login-form", on: answer, values), within: provider.issuer
            )
        }
        guard let back = answer.location, back.hasPrefix(origin + "/callback") else {
            throw UnexpectedAnswer("authorize", answer)
        }
        let arrived = try await browser.get(back)
        guard arrived.status == 303 else { throw UnexpectedAnswer("callback", arrived) }
    }
}
