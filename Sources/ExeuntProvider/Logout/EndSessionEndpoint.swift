package import Hummingbird
import OpenIDTypes
import SQLStore

/// The end-session endpoint (RP-Initiated Logout §2): GET and POST `/oidc/logout`, and the person's answer
/// to its question at `/oidc/logout/confirm`.
package struct EndSessionEndpoint: Endpoint {
    static let path = "oidc/logout"
    static let bouncePurpose = "end-session-bounce"
    static let confirmationPurpose = "confirmation"
    /// How long a confirmation page may lie open, and a bounced POST may take.
    static let confirmationLife = Duration.seconds(600)

    let parts: ProviderParts
    let facts: EndSessionFactsStore
    let ending: BrowserLogout
    let binding: BrowserBinding
    let cookie: UserAgentCookie

    package init(parts: ProviderParts) {
        self.parts = parts
        facts = EndSessionFactsStore(
            sessions: parts.sessions,
            accounts: parts.accounts,
            clients: parts.clients,
            keys: parts.keys
        )
        ending = BrowserLogout(parts: parts)
        binding = BrowserBinding(issuer: parts.configuration.issuer)
        cookie = UserAgentCookie(
            issuer: parts.configuration.issuer, lifetime: parts.configuration.lifetimes.sessionAbsolute)
    }

    package func mount(on router: Router<ProviderContext>) {
        router.get("\(Self.path)") { request, context in try await get(request) }
        router.post("\(Self.path)") { request, context in try await post(request) }
        router.post("\(Self.path)/confirm") { request, context in try await confirm(request) }
        // HEAD and OPTIONS never sign anybody out.
        router.head("\(Self.path)") { _, _ in Answer.empty(.ok) }
    }

    private func get(_ request: Request) async throws -> Response {
        if request.isPrefetch { throw EndSessionRefusal.prefetch }
        let parameters = try request.queryParameters()
        if let bounced = parameters["bounced"] {
            let value = parts.secretBox.openText(bounced, purpose: Self.bouncePurpose, now: parts.clock.now)
            guard let value else { throw EndSessionRefusal.confirmationInvalid }
            return try await handle(EndSessionRequest(json: value), request)
        }
        return try await handle(EndSessionRequest(parameters), request)
    }

    private func post(_ request: Request) async throws -> Response {
        let logout = try EndSessionRequest(try await request.formParameters())
        // A POST from the application's page comes without our Lax cookie: go round by our own site,
        // rather than report a success without having seen the session (A-14, G10).
        if cookie.read(request) == nil {
            let sealed = parts.secretBox.sealText(
                logout.json,
                purpose: Self.bouncePurpose,
                expires: parts.clock.now + Self.confirmationLife
            )
            return Answer.seeOther(
                parts.configuration.issuer.url("/\(Self.path)?" + Parameters.encode([("bounced", sealed)]))
            )
        }
        return try await handle(logout, request)
    }

    /// The steps of RP-Initiated Logout §2 to §4, in order.
    private func handle(_ logout: EndSessionRequest, _ request: Request) async throws -> Response {
        let secret = cookie.read(request)
        let now = parts.clock.now
        let known = try await parts.database.read { [facts] db in
            try facts.facts(for: logout, browserSecret: secret, in: db, now: now)
        }
        switch EndSessionRules.decide(logout, known) {
        case .end(let sessions, let redirect):
            let initiator = redirect?.clientID ?? known.client?.id
            return try await ending.end(sessions, of: known.browser, redirect, initiator: initiator, request)
        case .confirm(let sessions, let redirect):
            return try await ask(sessions, known, redirect, request)
        case .nothingToEnd(let redirect):
            return ending.nothingToEnd(redirect)
        case .openElsewhere:
            return parts.pages.render(SignedOutPage(message: .stillOpenElsewhere))
        }
    }

    /// The question (§2: "MUST ask"): a sealed value bound to these sessions and this browser, POST only.
    private func ask(
        _ sessions: [SessionID],
        _ known: EndSessionFacts,
        _ redirect: PostLogoutRedirect?,
        _ request: Request
    ) async throws -> Response {
        let browser = binding.ensure(request)
        let question = LogoutConfirmation(
            sessions: sessions,
            initiator: redirect?.clientID ?? known.client?.id,
            redirect: redirect,
            browser: browser.hash
        )
        let sealed = parts.secretBox.sealText(
            question.json,
            purpose: Self.confirmationPurpose,
            expires: parts.clock.now + Self.confirmationLife
        )
        let client = known.client?.id
        let (applications, clientName) = try await parts.database.read { [facts, clients = parts.clients] db in
            (try facts.applications(of: sessions, in: db), try client.flatMap { try clients.find($0, in: db)?.name })
        }
        let names = known.browser.filter { sessions.contains($0.id) }.map(\.displayName)
        let page = LogoutConfirmationPage(
            confirmation: sealed,
            accountNames: names,
            clientName: clientName,
            applications: applications,
            formTargets: redirect.map { [$0.uri] } ?? []
        )
        return parts.pages.render(page).settingCookie(browser.setCookie)
    }

    /// The answer. A value of another browser or of sessions that are no longer this browser's does nothing.
    private func confirm(_ request: Request) async throws -> Response {
        let form = try await request.formParameters()
        let now = parts.clock.now
        guard let sealed = form["confirmation"],
            let value = parts.secretBox.openText(sealed, purpose: Self.confirmationPurpose, now: now),
            let question = LogoutConfirmation(json: value),
            let browser = binding.read(request), browser == question.browser
        else { throw EndSessionRefusal.confirmationInvalid }
        guard form["decision"] == "logout" else {
            return parts.pages.render(SignedOutPage(message: .declined))  // A-28, G11
        }
        let secret = cookie.read(request)
        let known = try await parts.database.read { [facts] db in
            try facts.facts(for: EndSessionRequest(), browserSecret: secret, in: db, now: now)
        }
        let still = question.sessions.filter { id in known.browser.contains { $0.id == id } }
        if still.isEmpty {
            return known.browser.isEmpty
                ? ending.nothingToEnd(question.redirect)
                : try await ask(known.browser.map(\.id), known, nil, request)
        }
        return try await ending.end(still, of: known.browser, question.redirect, initiator: question.initiator, request)
    }
}
