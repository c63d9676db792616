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
///
/// Every other page of the application should forbid framing (`frame-ancestors 'none'`); the frame's own route allows
/// it to the provider alone.
public struct RelyingPartyRoutes<Sessions: RelyingPartySessions>: Sendable {
    /// Longer than any logout token.
    private static var maximumBody: Int { 64 << 10 }
    /// How long a person may take at the provider to sign out, in seconds.
    private static var logoutLasts: Int { 600 }

    private let party: RelyingParty
    private let sessions: Sessions
    private let cookies: ApplicationCookies
    private let logins = PendingLogins()

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
        router.get("login") { request, _ in await login(request) }
        router.get("callback") { request, _ in try await callback(request) }
        router.post("logout") { request, _ in try await logout(request) }
        router.post("backchannel-logout") { request, _ in try await backChannel(request) }
        router.get("frontchannel-logout") { request, _ in try await frontChannel(request) }
    }

    /// Who is signed in, according to the request's cookie and the application's own sessions.
    ///
    /// - Throws: what the session store throws.
    public func signedIn(_ request: Request) async throws -> SignedIn? {
        guard let key = cookies.read(.session, from: request) else { return nil }
        return try await sessions.find(key)
    }

    /// Whether this request to the post-logout address ends a sign-out that this browser began here.
    ///
    /// It says where the browser comes from, and nothing about who was signed out: the address can be typed in
    /// (RP-Initiated Logout §3, RPI-RP-5).
    public func returnsFromLogout(_ request: Request) -> Bool {
        guard let state = cookies.read(.logout, from: request) else { return false }
        return request.uri.queryParameters["state"].map(String.init) == state
    }

    private func login(_ request: Request) async -> Response {
        let transaction = LoginTransaction()
        do {
            let next = try await party.loginURL(transaction)
            return seeOther(next, cookies: [cookies.set(.login, logins.keep(transaction))])
        } catch {
            return plain(502, "Signing in is not possible at the moment: \(error).")
        }
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
            let session = try await sessions.begin(login).map { cookies.set(.session, $0) }
            return seeOther("/", cookies: [forget, session ?? cookies.expire(.session)])
        } catch let error as RelyingPartyError {
            let status = error.kind == .denied ? 403 : error.kind == .response ? 400 : 502
            return plain(status, "Signing in did not succeed: \(error).", cookies: [forget])
        }
    }

    private func logout(_ request: Request) async throws -> Response {
        guard isOwnForm(request) else { return plain(403, "Sign out from this application's own page.") }
        guard let key = cookies.read(.session, from: request) else { return seeOther("/", cookies: []) }
        // The hint is read before the login is gone.
        let hint = try await sessions.find(key)?.idToken
        try await sessions.end(key: key)
        let state = LoginTransaction().state
        do {
            let next = try await party.logoutURL(idTokenHint: hint, state: state)
            let remember = cookies.set(.logout, state, maximumAge: Self.logoutLasts)
            return seeOther(next, cookies: [cookies.expire(.session), remember])
        } catch let error as RelyingPartyError {
            let text = "You are signed out here, but nowhere else: \(error)."
            return plain(502, text, cookies: [cookies.expire(.session)])
        }
    }

    /// A form of another site must not sign anybody out. Browsers without `Sec-Fetch-Site` send `Origin` with a POST.
    private func isOwnForm(_ request: Request) -> Bool {
        if let site = HTTPField.Name("Sec-Fetch-Site").flatMap({ request.headers[$0] }) { return site == "same-origin" }
        guard let origin = request.headers[.origin] else { return true }
        return party.configuration.redirectURI.hasPrefix(origin + "/")
    }

    private func backChannel(_ request: Request) async throws -> Response {
        // Back-Channel Logout §2.5: a form, and nothing else.
        let type = request.headers[.contentType]?.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        guard type == "application/x-www-form-urlencoded",
            let body = try? await request.body.collect(upTo: Self.maximumBody)
        else { return empty(400) }
        do {
            let form = Array(body.readableBytesView)
            let answer = try await party.receiveBackChannelLogout(form: form, sessions: sessions)
            return empty(answer.status, answer.headers)
        } catch {
            // No verdict on the token: the provider is to come again.
            return empty(503)
        }
    }

    private func frontChannel(_ request: Request) async throws -> Response {
        let query = request.uri.query ?? ""
        let answer = try await party.receiveFrontChannelLogout(query: query, sessions: sessions)
        var response = empty(answer.status, answer.headers)
        // Where the frame has its cookie, one whose login is gone goes too (Front-Channel Logout §2).
        if cookies.read(.session, from: request) != nil, try await signedIn(request) == nil {
            response.headers[.setCookie] = cookies.expire(.session)
        }
        return response
    }
}

extension RelyingPartyRoutes {
    private func empty(_ status: Int, _ headers: [String: String] = [:]) -> Response {
        var fields: HTTPFields = [.cacheControl: "no-store"]
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        return Response(status: .init(code: status), headers: fields)
    }

    private func seeOther(_ location: String, cookies: [String]) -> Response {
        var headers: HTTPFields = [.location: location, .cacheControl: "no-store"]
        for cookie in cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return Response(status: .seeOther, headers: headers)
    }

    private func plain(_ status: Int, _ text: String, cookies: [String] = []) -> Response {
        var headers: HTTPFields = [
            .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store",
            .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
        ]
        for cookie in cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return Response(
            status: .init(code: status), headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
