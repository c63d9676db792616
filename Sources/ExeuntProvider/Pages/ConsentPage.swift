/// Asks whether an application may know what it asks for. Posts `interaction` and `decision` to `/consent`.
package struct ConsentPage: Page {
    /// One scope and what it means, as a sentence for people (`Texts.Consent.sentence(scope:)`).
    package struct Scope: Sendable, Hashable {
        package var scope: String
        package var sentence: String

        package init(scope: String, sentence: String) {
            self.scope = scope
            self.sentence = sentence
        }

        package init(_ scope: String) {
            self.init(scope: scope, sentence: Texts.Consent.sentence(scope: scope))
        }
    }

    package var interaction: String
    package var clientName: String
    package var accountName: String
    package var scopes: [Scope]
    package var clientLinks: ClientLinks
    package var formTargets: [String]

    package init(
        interaction: String,
        clientName: String,
        accountName: String,
        scopes: [Scope],
        clientLinks: ClientLinks = ClientLinks(),
        formTargets: [String] = []
    ) {
        self.interaction = interaction
        self.clientName = clientName
        self.accountName = accountName
        self.scopes = scopes
        self.clientLinks = clientLinks
        self.formTargets = formTargets
    }

    package var template: PageTemplate { .consent }
    package var title: String { Texts.Consent.title }

    package var model: [String: PageValue] {
        [
            "interaction": .text(interaction),
            "heading": .text(Texts.Consent.heading(clientName)),
            "lead": .text(Texts.Consent.lead(accountName)),
            "client": clientLinks.value,
            "scopes": .list(scopes.map { ["scope": .text($0.scope), "sentence": .text($0.sentence)] }),
        ]
    }
}
