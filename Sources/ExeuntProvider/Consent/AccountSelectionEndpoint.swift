package import Hummingbird
import OpenIDTypes
import SQLStore

/// The choice between the accounts that are signed in in this browser (CO-4), GET and POST `/select`.
package struct AccountSelectionEndpoint: Endpoint {
    static let purpose = "selection"

    private let flow: AuthorizationFlow

    package init(parts: ProviderParts) { flow = AuthorizationFlow(parts: parts) }

    package func mount(on router: Router<ProviderContext>) {
        router.get("select") { request, _ in try await ask(request) }
        router.post("select") { request, _ in try await choose(request) }
    }

    private func ask(_ request: Request) async throws -> Response {
        let interaction = try flow.open(try request.queryParameters()["interaction"], request)
        return try await flow.page(interaction, request) { situation, step in
            guard step == .selectAccount else { return nil }
            var choices: [AccountSelectionPage.Choice] = []
            for session in situation.sessions {
                guard let account = try await flow.account(session.accountID) else { continue }
                choices.append(
                    .init(session: seal(session.id), username: account.username, name: account.displayName)
                )
            }
            return AccountSelectionPage(
                interaction: flow.seal(interaction),
                accounts: choices,
                clientName: situation.client.name,
                formTargets: [situation.request.target.redirectURI]
            )
        }
    }

    private func choose(_ request: Request) async throws -> Response {
        let form = try await request.formParameters()
        var interaction = try flow.open(form["interaction"], request)
        interaction.progress = InteractionProgress()
        if form["other"] != nil {
            interaction.progress.wantsOtherAccount = true
            return flow.seeOther("/continue", interaction)
        }
        let parts = flow.parts
        let now = parts.clock.now
        guard let sealed = form["session"],
            let id = parts.secretBox.openText(sealed, purpose: Self.purpose, now: now)?.string.map(
                SessionID.init(rawValue:))
        else { throw InteractionRefusal.decisionMissing }
        let secret = flow.cookie.read(request)
        let chosen = try await parts.database.read { [sessions = parts.sessions] db in
            try secret.map { try sessions.browserSessions(secret: $0, in: db, now: now) }?.first { $0.id == id }
        }
        // Ended since the page was shown: the rules see that it is not there and ask for a sign-in.
        interaction.progress.session = id
        interaction.progress.account = chosen?.accountID
        return flow.seeOther("/continue", interaction)
    }

    /// A session's key never leaves the provider.
    private func seal(_ id: SessionID) -> String {
        let life = flow.parts.configuration.lifetimes.interaction
        return flow.parts.secretBox.sealText(
            .string(id.rawValue), purpose: Self.purpose, expires: flow.parts.clock.now + life
        )
    }
}
