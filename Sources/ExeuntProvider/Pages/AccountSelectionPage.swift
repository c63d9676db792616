/// Asks which of the browser's accounts to use. Posts `interaction` and `session`, or `other=1`, to `/select`.
package struct AccountSelectionPage: Page {
    /// One signed-in account. `session` is what the form sends; it is not the session's own key.
    package struct Choice: Sendable, Hashable {
        package var session: String
        package var username: String
        package var name: String

        package init(session: String, username: String, name: String) {
            self.session = session
            self.username = username
            self.name = name
        }
    }

    package var interaction: String
    package var accounts: [Choice]
    package var clientName: String?
    package var formTargets: [String]

    package init(interaction: String, accounts: [Choice], clientName: String? = nil, formTargets: [String] = []) {
        self.interaction = interaction
        self.accounts = accounts
        self.clientName = clientName
        self.formTargets = formTargets
    }

    package var template: PageTemplate { .selection }
    package var title: String { Texts.Selection.title }

    package var model: [String: PageValue] {
        [
            "interaction": .text(interaction),
            "lead": .text(Texts.Selection.lead(clientName)),
            "accounts": .list(
                accounts.map { account in
                    [
                        "session": .text(account.session), "username": .text(account.username),
                        "name": .text(account.name),
                        "initial": .text(account.name.first.map { String($0).uppercased() }),
                        "named": .flag(account.name != account.username),
                    ]
                }
            ),
        ]
    }
}
