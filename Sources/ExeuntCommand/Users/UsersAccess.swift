import ArgumentParser
import ExeuntProvider
import OpenIDTypes

/// `exeunt users disable NAME`.
struct UsersDisable: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Keep somebody from signing in, and sign them out everywhere, offline access included."
    )

    @Argument(help: ArgumentHelp("The name to sign in with.", valueName: "name"))
    var name: String

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let change = try await administration.accounts.disable(username: name, actor: Operator.actor)
        try await ChangeAnswer(administration, options.output).give(change, "Disabled \(name)")
    }
}

/// `exeunt users enable NAME`.
struct UsersEnable: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Let a disabled account sign in again; what was ended stays ended."
    )

    @Argument(help: ArgumentHelp("The name to sign in with.", valueName: "name"))
    var name: String

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let account = try await administration.accounts.enable(username: name, actor: Operator.actor)
        options.output.answer(AccountReport.json(account), text: "Enabled \(TextTable.printable(account.username)).")
    }
}

/// `exeunt users delete NAME`.
struct UsersDelete: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Erase an account and sign it out everywhere, offline access included.",
        discussion: "The username becomes free. The account's id is never given to anybody else."
    )

    @Argument(help: ArgumentHelp("The name to sign in with.", valueName: "name"))
    var name: String

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let change = try await administration.accounts.delete(username: name, actor: Operator.actor)
        try await ChangeAnswer(administration, options.output).give(change, "Deleted \(name)")
    }
}

/// `exeunt users set-password NAME`.
struct UsersSetPassword: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-password",
        abstract: "Set a password, and end everything that was signed in with the old one, offline access included.",
        discussion: "Example:\n  printf %s \"$PASSWORD\" | exeunt users set-password anna --password-stdin"
    )

    @Argument(help: ArgumentHelp("The name to sign in with.", valueName: "name"))
    var name: String

    @OptionGroup(title: "Password")
    var password: PasswordInput

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let new = try password.read()
        let change = try await administration.accounts.setPassword(
            username: name, password: new, actor: Operator.actor
        )
        try await ChangeAnswer(administration, options.output).give(change, "Set the password of \(name)")
    }
}

/// The answer of a command that changed an account and thereby ended its sessions.
struct ChangeAnswer {
    private let administration: Administration
    private let output: CommandOutput

    init(_ administration: Administration, _ output: CommandOutput) {
        self.administration = administration
        self.output = output
    }

    func give(_ change: AccountAdministration.Change, _ deed: String) async throws {
        let report: LogoutReport? =
            if let id = change.outcome.logoutID { try await OperatorLogout(administration).report(id) } else { nil }
        var object = AccountReport.json(change.account).object ?? [:]
        object["logout"] = report?.json ?? .null
        let ended = change.outcome.sessionsEnded
        let sessions = ended == 1 ? "1 session ended" : "\(ended) sessions ended"
        var text = "\(TextTable.printable(deed)); \(sessions)."
        if let report { text += "\n" + LogoutText.deliveries(report) }
        output.answer(.object(object), text: text)
    }
}
