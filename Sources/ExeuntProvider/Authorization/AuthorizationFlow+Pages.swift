package import Hummingbird
package import OpenIDTypes
import SQLStore

extension AuthorizationFlow {
    /// Shows the page that an interaction has come to. `make` returns nil if it is another page's turn.
    package func page(
        _ interaction: Interaction, _ request: Request,
        _ make: (AuthorizationSituation, AuthorizationStep) async throws -> (any Page)?
    ) async throws -> Response {
        guard let parameters = interaction.parameters else { throw InteractionRefusal.missing }
        do {
            let now = parts.clock.now
            let (situation, step) = try await decide(parameters, progress: interaction.progress, request, now: now)
            guard let page = try await make(situation, step) else { return seeOther("/continue", interaction) }
            return parts.pages.render(page)
        } catch let refused as RefusedAuthorization {
            return answer(refused)
        }
    }

    package func account(_ id: AccountID) async throws -> Account? {
        try await parts.database.read { [accounts = parts.accounts] db in try accounts.find(id, in: db) }
    }
}

extension Client {
    /// What the client registered for people to read (Y11 to Y13).
    package var links: ClientLinks {
        ClientLinks(
            logo: metadata.logoURI, home: metadata.clientURI, policy: metadata.policyURI, terms: metadata.tosURI
        )
    }
}
