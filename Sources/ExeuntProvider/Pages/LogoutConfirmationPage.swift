/// Asks whether the person really wants to sign out, and says what will end. Posts `confirmation` and `decision` to
/// `/oidc/logout/confirm`.
package struct LogoutConfirmationPage: Page {
    /// The sealed one-time value.
    package var confirmation: String
    /// Whom it would sign out: one account, or all of this browser.
    package var accountNames: [String]
    /// The application that asked, if one did.
    package var clientName: String?
    /// The applications that will be told.
    package var applications: [String]
    /// The account's sessions in other browsers would end too.
    package var everywhere: Bool
    package var formTargets: [String]

    package init(
        confirmation: String,
        accountNames: [String],
        clientName: String? = nil,
        applications: [String] = [],
        everywhere: Bool = false,
        formTargets: [String] = []
    ) {
        self.confirmation = confirmation
        self.accountNames = accountNames
        self.clientName = clientName
        self.applications = applications
        self.everywhere = everywhere
        self.formTargets = formTargets
    }

    package var template: PageTemplate { .confirmation }
    package var title: String { Texts.Confirmation.title }

    package var model: [String: PageValue] {
        [
            "confirmation": .text(confirmation),
            "heading": .text(Texts.Confirmation.heading(everywhere: everywhere)),
            "lead": .text(Texts.Confirmation.lead(accountNames, clientName: clientName)),
            "everywhere": .flag(everywhere),
            "hasApplications": .flag(!applications.isEmpty),
            "applications": .list(applications.map { ["name": .text($0)] }),
            "severalAccounts": .flag(accountNames.count > 1),
            "accounts": .list(accountNames.map { ["name": .text($0)] }),
        ]
    }
}
