/// Why the login page is shown again.
package enum LoginProblem: Sendable, Hashable {
    /// Wrong name, wrong password, unknown or disabled account: one text, so that nobody learns which names exist.
    case wrongCredentials
    /// Too many failures; the person may try again after so many seconds.
    case wait(seconds: Int)
    /// The password checker's queue is full.
    case busy
    /// The page was open too long, or was opened in another browser; a new one has been made.
    case expired
    /// Another account than the one that the application asked for.
    case otherAccount
}

/// Asks for name and password. Posts `interaction`, `username`, `password`, `remember` to `/login`.
package struct LoginPage: Page {
    package var interaction: String
    package var clientName: String?
    package var clientLinks: ClientLinks
    package var username: String?
    package var problem: LoginProblem?
    /// Somebody is signed in already and is asked again, because the application wants to be sure (Core §3.1.2.3).
    package var reauthentication: Bool
    package var formTargets: [String]
    package var staySignedInOffered: Bool

    package init(
        interaction: String,
        clientName: String?,
        clientLinks: ClientLinks = ClientLinks(),
        username: String? = nil,
        problem: LoginProblem? = nil,
        reauthentication: Bool = false,
        formTargets: [String] = [],
        staySignedInOffered: Bool = true
    ) {
        self.interaction = interaction
        self.clientName = clientName
        self.clientLinks = clientLinks
        self.username = username
        self.problem = problem
        self.reauthentication = reauthentication
        self.formTargets = formTargets
        self.staySignedInOffered = staySignedInOffered
    }

    package var template: PageTemplate { .login }
    package var title: String { Texts.Login.title }

    package var model: [String: PageValue] {
        [
            "interaction": .text(interaction),
            "heading": .text(reauthentication ? Texts.Login.again : Texts.Login.heading),
            "lead": .text(reauthentication ? Texts.Login.againLead(clientName) : Texts.Login.lead(clientName)),
            "client": clientLinks.value,
            "username": .text(username ?? ""),
            "usernameKnown": .flag(username?.isEmpty == false),
            "problem": .text(problem.map(Texts.Login.problem)),
            "remember": .flag(staySignedInOffered),
        ]
    }
}
