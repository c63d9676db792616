import ArgumentParser
import ExeuntProvider
import OpenIDTypes

/// `exeunt users update NAME`.
struct UsersUpdate: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change an account's claims or its username.",
        discussion: """
            Claims that are not named stay as they are; null in a --claims file removes one.

            Examples:
              exeunt users update anna --email-verified --group staff --group admins
              exeunt users update anna --username anna.muster
            """
    )

    @Argument(help: ArgumentHelp("The name to sign in with.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("A new name to sign in with.", valueName: "name"))
    var username: String?

    @OptionGroup(title: "Claims")
    var claims: ClaimOptions

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let changes = try claims.object()
        guard !changes.isEmpty || username != nil else {
            throw CommandFailure("Nothing to change was given; see \"exeunt users update --help\".")
        }
        let account = try await administration.accounts.update(
            username: name, claims: changes, newUsername: username, actor: Operator.actor
        )
        options.output.answer(AccountReport.json(account), text: AccountText.text(account))
    }
}
