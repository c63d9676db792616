package import Hummingbird
import OpenIDTypes
import SQLStore

/// The question whether an application may know what it asks for (Core §3.1.2.4), GET and POST `/consent`.
package struct ConsentEndpoint: Endpoint {
    private let flow: AuthorizationFlow
    private let consents = ConsentStore()

    package init(parts: ProviderParts) { flow = AuthorizationFlow(parts: parts) }

    package func mount(on router: Router<ProviderContext>) {
        router.get("consent") { request, _ in try await ask(request) }
        router.post("consent") { request, _ in try await decide(request) }
    }

    private func ask(_ request: Request) async throws -> Response {
        let interaction = try flow.open(try request.queryParameters()["interaction"], request)
        return try await flow.page(interaction, request) { situation, step in
            guard case .consent(let id) = step, let session = situation.session(id) else { return nil }
            var asked = interaction
            // The answer is this account's and no other's, also where the session was not chosen here.
            asked.progress.session = session.id
            asked.progress.account = session.accountID
            let account = try await flow.account(session.accountID)
            return ConsentPage(
                interaction: flow.seal(asked),
                clientName: situation.client.name,
                accountName: account?.displayName ?? "",
                scopes: situation.request.consentScope.map { ConsentPage.Scope($0) },
                clientLinks: situation.client.links,
                formTargets: [situation.request.target.redirectURI]
            )
        }
    }

    private func decide(_ request: Request) async throws -> Response {
        let form = try await request.formParameters()
        var interaction = try flow.open(form["interaction"], request)
        guard let decision = form["decision"], ["allow", "deny"].contains(decision),
            let parameters = interaction.parameters
        else { throw InteractionRefusal.decisionMissing }
        let now = flow.parts.clock.now
        do {
            let progress = interaction.progress
            let (situation, step) = try await flow.decide(parameters, progress: progress, request, now: now)
            // Signed out meanwhile, or no longer asked: the question is void, whatever the answer.
            guard case .consent(let id) = step, id == progress.session, let account = progress.account else {
                return flow.seeOther("/continue", interaction)
            }
            guard decision == "allow" else {
                throw RefusedAuthorization(.consentDenied, target: situation.request.target)
            }
            try await flow.parts.database.write { [consents] db in
                try consents.allow(
                    situation.request.consentScope, account: account, client: situation.client.id, in: db, now: now
                )
            }
            interaction.progress.consentedAt = now
            return flow.seeOther("/continue", interaction)
        } catch let refused as RefusedAuthorization {
            return flow.answer(refused)
        }
    }
}
