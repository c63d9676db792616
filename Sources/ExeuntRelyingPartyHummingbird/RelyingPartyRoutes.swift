public import ExeuntRelyingParty
import HTTPTypes
public import Hummingbird
import NIOCore

/// Sign-in, sign-out and the provider's two receivers as routes of a Hummingbird application.
///
/// | route | what it does |
/// |---|---|
/// | `GET /login` | leaves for the provider |
/// | `GET /callback` | comes back, and keeps the login |
/// | `POST /logout` | ends the login here, then at the provider, which tells everybody else |
/// | `POST /backchannel-logout` | the provider's server says that a session ended |
/// | `GET /frontchannel-logout` | the same by a frame in the person's browser |
public struct RelyingPartyRoutes<Sessions: RelyingPartySessions>: Sendable {
    let party: RelyingParty
    let sessions: Sessions
    let cookies: ApplicationCookies
    let logins = PendingLogins()

    /// - Parameters:
    ///   - party: the registration at the provider.
    ///   - sessions: where logins are kept.
    ///   - secureCookies: whether the application is reached over TLS; false only in development.
    public init(_ party: RelyingParty, sessions: Sessions, secureCookies: Bool = true) {
        self.party = party
        self.sessions = sessions
        cookies = ApplicationCookies(isSecure: secureCookies)
    }

    /// Adds the routes to `router`.
    public func mount(on router: Router<some RequestContext>) {
        router.get("login") { request, _ in try await login(request) }
        router.get("callback") { request, _ in try await callback(request) }
        router.post("logout") { request, _ in try await logout(request) }
        router.post("backchannel-logout") { request, _ in try await backChannel(request) }
        router.get("frontchannel-logout") { request, _ in try await frontChannel(request) }
    }

    /// Who is signed in, according to the request's cookie and the application's own sessions.
    public func signedIn(_ request: Request) async throws -> SignedIn? {
        guard let key = cookies.read(.session, from: request) else { return nil }
        return try await sessions.find(key)
    }

    private func login(_ request: Request) async throws -> Response {
        let transaction = LoginTransaction()
        let key = try logins.keep(transaction)
        return seeOther(try await party.loginURL(transaction), cookies: [cookies.set(.login, key)])
    }

    private func callback(_ request: Request) async throws -> Response {
        let forget = cookies.expire(.login)
        guard let key = cookies.read(.login, from: request), let transaction = logins.take(key) else {
            return seeOther("/", cookies: [forget])
        }
        do {
            let login = try await party.completeLogin(query: request.uri.query ?? "", transaction)
            // Signing in again replaces this browser's earlier login here.
            if let earlier = cookies.read(.session, from: request) { try await sessions.end(key: earlier) }
            let session = try await sessions.begin(login)
            return seeOther("/", cookies: [forget, cookies.set(.session, session)])
        } catch let error as RelyingPartyError {
            return plain(error.kind == .denied ? 403 : 502, "Signing in did not succeed: \(error).", cookies: [forget])
        }
    }

    private func logout(_ request: Request) async throws -> Response {
        // A form of another site must not sign anybody out.
        let site = request.headers[.init("Sec-Fetch-Site")!]
        guard site == nil || site == "same-origin" else { return plain(403, "Sign out from this application's own page.") }
        guard let key = cookies.read(.session, from: request) else { return seeOther("/", cookies: []) }
        // The hint is read before the login is gone.
        let hint = try await sessions.find(key)?.idToken
        try await sessions.end(key: key)
        let next = try await party.logoutURL(idTokenHint: hint)
        return seeOther(next, cookies: [cookies.expire(.session)])
    }

    private func backChannel(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 64 << 10)
        return answer(try await party.receiveBackChannelLogout(form: Array(body.readableBytesView), sessions: sessions))
    }

    private func frontChannel(_ request: Request) async throws -> Response {
        answer(try await party.receiveFrontChannelLogout(query: request.uri.query ?? "", sessions: sessions))
    }

    private func answer(_ answer: ReceiverAnswer) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers { if let name = HTTPField.Name(name) { headers[name] = value } }
        return Response(status: .init(code: answer.status), headers: headers)
    }

    private func seeOther(_ location: String, cookies: [String]) -> Response {
        var headers: HTTPFields = [.location: location, .cacheControl: "no-store"]
        for cookie in cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return Response(status: .seeOther, headers: headers)
    }

    private func plain(_ status: Int, _ text: String, cookies: [String] = []) -> Response {
        var headers: HTTPFields = [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"]
        for cookie in cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return Response(status: .init(code: status), headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
