import ArgumentParser
import ExeuntProvider
import OpenIDTypes

/// `exeunt users add NAME`.
struct UsersAdd: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add an account.",
        discussion: """
            Examples:
              exeunt users add anna --email anna@example.org --email-verified --name "Anna Muster" --group staff
              printf %s "$PASSWORD" | exeunt users add anna --password-stdin --claims anna.json
            """
    )

    @Argument(help: ArgumentHelp("The name to sign in with.", valueName: "name"))
    var username: String

    @OptionGroup(title: "Claims")
    var claims: ClaimOptions

    @OptionGroup(title: "Password")
    var password: PasswordInput

    @Flag(help: "Add the account without a password; nobody can sign in to it until one is set.")
    var noPassword = false

    @OptionGroup var options: CommandOptions

    func validate() throws {
        if noPassword && password.passwordStdin {
            throw ValidationError("--no-password and --password-stdin exclude each other.")
        }
        if claims.claims == "-" && password.passwordStdin {
            throw ValidationError("Standard input cannot hold both the claims and the password.")
        }
    }

    func perform(_ administration: Administration) async throws {
        let account = try await administration.accounts.add(
            username: username,
            claims: try claims.object(),
            password: noPassword ? nil : try password.read(),
            actor: Operator.actor
        )
        options.output.answer(
            AccountReport.json(account), text: "Added \(TextTable.printable(account.username)) with id \(account.id).")
    }
}
