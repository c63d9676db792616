package import Hummingbird
package import OpenIDTypes
import SQLStore

/// The steps that every way into an authorization shares: the endpoint itself, `/continue`, and the pages in between.
package struct AuthorizationFlow: Sendable {
    let parts: ProviderParts
    let store: AuthorizationStore
    let cookie: UserAgentCookie
    let binding: BrowserBinding
    let pageErrors: PageErrors

    package init(parts: ProviderParts) {
        self.parts = parts
        let configuration = parts.configuration
        store = AuthorizationStore(parts: parts)
        cookie = UserAgentCookie(issuer: configuration.issuer, lifetime: configuration.lifetimes.sessionAbsolute)
        binding = BrowserBinding(issuer: configuration.issuer)
        pageErrors = PageErrors(pages: parts.pages)
    }

    var issuer: Issuer { parts.configuration.issuer }

    /// Facts, rules, and then the code, a page, or the refusal. With a live session this is one read and one write.
    package func proceed(
        _ parameters: OpenIDTypes.Parameters, interaction: Interaction? = nil, _ request: Request
    ) async throws -> Response {
        do {
            let now = parts.clock.now
            let progress = interaction?.progress ?? InteractionProgress()
            let (situation, step) = try await decide(parameters, progress: progress, request, now: now)
            if case .issueCode(let session) = step {
                return try await issueCode(for: session, situation, parameters, interaction, request, now: now)
            }
            return page(Self.path(of: step), parameters, interaction, request, now: now)
        } catch let refused as RefusedAuthorization {
            return answer(refused)
        }
    }

    /// - Throws: ``RefusedAuthorization``.
    package func decide(
        _ parameters: OpenIDTypes.Parameters, progress: InteractionProgress, _ request: Request, now: Timestamp
    ) async throws -> (AuthorizationSituation, AuthorizationStep) {
        let secret = cookie.read(request)
        let situation = try await parts.database.read { [store] db in
            try store.situation(parameters, progress: progress, browserSecret: secret, in: db, now: now)
        }
        do throws(AuthorizationRefusal) {
            return (situation, try AuthorizationRules.decide(situation.request, situation.facts, now: now))
        } catch {
            throw RefusedAuthorization(error, target: situation.request.target)
        }
    }

    private func issueCode(
        for id: SessionID, _ situation: AuthorizationSituation, _ parameters: OpenIDTypes.Parameters,
        _ interaction: Interaction?,
        _ request: Request, now: Timestamp
    ) async throws -> Response {
        guard let session = situation.session(id) else { throw RefusedAuthorization(.loginRequired, target: nil) }
        let code = try await parts.database.write { [store] db -> String? in
            let code = try store.issueCode(for: session, situation.request, in: db, now: now)
            FaultPoint.reached(.codeInTransaction)
            return code
        }
        FaultPoint.reached(.codeCommitted)
        guard let code else {
            if situation.request.isSilent {
                throw RefusedAuthorization(.loginRequired, target: situation.request.target)
            }
            return page("/continue", parameters, interaction, request, now: now)
        }
        let response = AuthorizationResponse.code(code, to: situation.request.target, issuer: issuer.text)
        return answer(response, clientName: situation.client.name)
    }
}

extension AuthorizationFlow {
    private static func path(of step: AuthorizationStep) -> String {
        switch step {
        case .login: "/login"
        case .selectAccount: "/select"
        case .consent: "/consent"
        case .issueCode: "/continue"
        }
    }

    /// Leads to a page of ours, with the request sealed for this browser.
    private func page(
        _ path: String, _ parameters: OpenIDTypes.Parameters, _ interaction: Interaction?, _ request: Request,
        now: Timestamp
    ) -> Response {
        if let interaction { return seeOther(path, interaction) }
        let browser = binding.ensure(request)
        let begun = Interaction(parameters: parameters, browser: browser.hash, startedAt: now)
        return seeOther(path, begun).settingCookie(browser.setCookie)
    }

    package func seeOther(_ path: String, _ interaction: Interaction, setCookies: [String] = []) -> Response {
        let query = OpenIDTypes.Parameters.encode([("interaction", seal(interaction))])
        return Answer.seeOther(issuer.url(path) + "?" + query, setCookies: setCookies)
    }

    package func seal(_ interaction: Interaction) -> String {
        interaction.sealed(by: parts.secretBox, lifetime: parts.configuration.lifetimes.interaction)
    }

    /// - Throws: ``InteractionRefusal``.
    package func open(_ sealed: String?, _ request: Request) throws(InteractionRefusal) -> Interaction {
        try Interaction.open(sealed, by: parts.secretBox, browser: binding.read(request), now: parts.clock.now)
    }

    /// A refused request: to the application if it may know, otherwise to the person alone.
    package func answer(_ refused: RefusedAuthorization) -> Response {
        guard let target = refused.target else { return pageErrors.response(for: refused.refusal) }
        return answer(.error(refused.refusal, to: target, issuer: issuer.text), clientName: nil)
    }

    package func answer(_ response: AuthorizationResponse, clientName: String?) -> Response {
        switch response.target.mode {
        case .query: return Answer.seeOther(response.location)
        case .formPost:
            let page = FormPostPage(
                action: response.target.redirectURI, fields: response.pairs, clientName: clientName
            )
            return parts.pages.render(page)
        }
    }
}
