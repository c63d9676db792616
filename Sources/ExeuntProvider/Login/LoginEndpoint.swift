import HTTPTypes
package import Hummingbird
import OpenIDTypes
import SQLStore

/// Name and password (Core §3.1.2.3), GET and POST `/login`: for an application's request, or for its own sake.
package struct LoginEndpoint: Endpoint {
    private let flow: AuthorizationFlow
    private let passwords: PasswordSignIn
    private let logins: LoginStore

    package init(parts: ProviderParts) {
        flow = AuthorizationFlow(parts: parts)
        passwords = parts.passwords
        logins = LoginStore(accounts: parts.accounts, sessions: parts.sessions)
    }

    package func mount(on router: Router<ProviderContext>) {
        router.get("login") { request, _ in try await show(request) }
        router.post("login") { request, context in try await signIn(request, context) }
    }

    private func show(_ request: Request) async throws -> Response {
        guard let sealed = try request.queryParameters()["interaction"] else { return plain(request) }
        let interaction = try flow.open(sealed, request)
        guard interaction.parameters != nil else { return flow.parts.pages.render(page(interaction, nil)) }
        return try await flow.page(interaction, request) { situation, step in
            guard case .login(let again) = step else { return nil }
            var page = page(interaction, situation)
            page.username = try await username(again, situation) ?? page.username
            page.reauthentication = again != nil
            return page
        }
    }

    /// Nobody sent this browser: it signs in, and that is all.
    private func plain(_ request: Request, problem: LoginProblem? = nil) -> Response {
        let browser = flow.binding.ensure(request)
        let interaction = Interaction(parameters: nil, browser: browser.hash, startedAt: flow.parts.clock.now)
        var page = page(interaction, nil)
        page.problem = problem
        return flow.parts.pages.render(page).settingCookie(browser.setCookie)
    }

    /// The steps: this browser's own form, the password, one transaction, the new cookie, on.
    private func signIn(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let form = try await request.formParameters()
        var interaction = try flow.open(form["interaction"], request)  // CO-11
        let attempt = LoginThrottle.Attempt(
            username: form["username"] ?? "", address: context.clientAddress, browserHash: interaction.browser
        )
        let account: Account
        do {
            switch try await passwords.check(password: form["password"] ?? "", for: attempt) {
            case .right(let right): account = right
            case .wrong: return try await again(.wrongCredentials, attempt, interaction, request)
            case .wait(let time):
                return try await again(.wait(seconds: time.wholeSeconds), attempt, interaction, request)
            }
        } catch PasswordHasher.Failure.overloaded {
            return try await again(.busy, attempt, interaction, request)
        }
        FaultPoint.reached(.loginVerified)
        let place = LoginStore.Place(
            browserSecret: flow.cookie.read(request), persistent: form["remember"] != nil,
            address: context.clientAddress, agent: request.agent
        )
        guard let signIn = try await open(account, at: place) else {
            return try await again(.wrongCredentials, attempt, interaction, request)
        }
        // What was done before as somebody else, a choice or a consent, is not this person's.
        interaction.progress = InteractionProgress()
        interaction.progress.session = signIn.session.id
        interaction.progress.account = account.id
        interaction.progress.loggedInAt = signIn.session.authTime
        let cookie = flow.cookie.set(secret: signIn.newSecret, persistent: place.persistent)
        return flow.seeOther("/continue", interaction, setCookies: [cookie])
    }

    /// Nil if the account was disabled or its password changed while the old one was being checked.
    private func open(_ account: Account, at place: LoginStore.Place) async throws -> SignIn? {
        do {
            let now = flow.parts.clock.now
            let signIn = try await flow.parts.database.write { [logins] db in
                let signIn = try logins.signIn(account, at: place, in: db, now: now)
                FaultPoint.reached(.loginInTransaction)
                return signIn
            }
            FaultPoint.reached(.loginCommitted)
            return signIn
        } catch is AccountNotActive {
            return nil
        } catch is LoginStore.AccountChangedMeanwhile {
            return nil
        }
    }
}

extension LoginEndpoint {
    /// The page once more, with what was typed except the password.
    private func again(
        _ problem: LoginProblem, _ attempt: LoginThrottle.Attempt, _ interaction: Interaction, _ request: Request
    ) async throws -> Response {
        var situation: AuthorizationSituation?
        if let parameters = interaction.parameters {
            do {
                let progress = interaction.progress
                situation = try await flow.decide(parameters, progress: progress, request, now: flow.parts.clock.now).0
            } catch let refused as RefusedAuthorization {
                return flow.answer(refused)
            }
        }
        var page = page(interaction, situation)
        page.username = attempt.username
        page.problem = problem
        var headers = HTTPFields()
        if case .wait(let seconds) = problem { headers[.retryAfter] = String(seconds) }
        return flow.parts.pages.render(page, status: Self.status(of: problem), headers: headers)
    }

    private static func status(of problem: LoginProblem) -> HTTPResponse.Status {
        switch problem {
        case .wait: .tooManyRequests
        case .busy: .serviceUnavailable
        // Not 401, which promises a challenge that a browser could answer by itself (RFC 9110 §15.5.2).
        case .wrongCredentials, .expired, .otherAccount: .forbidden
        }
    }

    private func page(_ interaction: Interaction, _ situation: AuthorizationSituation?) -> LoginPage {
        LoginPage(
            interaction: flow.seal(interaction),
            clientName: situation?.client.name,
            clientLinks: situation?.client.links ?? ClientLinks(),
            username: situation?.request.loginHint.map { String($0.prefix(Username.maximumCharacters)) },
            formTargets: situation.map { [$0.request.target.redirectURI] } ?? []
        )
    }

    /// Whose name is filled in: who must sign in again, or whom an ID token hint names.
    private func username(_ again: SessionID?, _ situation: AuthorizationSituation) async throws -> String? {
        if let account = again.flatMap({ situation.session($0)?.accountID }) {
            return try await flow.account(account)?.username
        }
        // A public subject is the account's id; a pairwise one leads nowhere, and the field stays empty.
        guard case .subject(let subject) = situation.facts.hint else { return nil }
        return try await flow.account(AccountID(subject.rawValue)).flatMap { $0.isActive ? $0.username : nil }
    }
}

extension Duration {
    /// Rounded up, at least one: "wait 0 seconds" helps nobody.
    fileprivate var wholeSeconds: Int { max(1, Int((milliseconds + 999) / 1000)) }
}
