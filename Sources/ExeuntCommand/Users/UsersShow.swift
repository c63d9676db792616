import ArgumentParser
import ExeuntProvider
import SQLStore

/// `exeunt users show NAME`.
struct UsersShow: DatabaseCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one account and its claims.")

    @Argument(help: ArgumentHelp("The name to sign in with.", valueName: "name"))
    var name: String

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let (directory, name) = (administration.directory, name)
        let account = try await administration.database.read { db in try directory.find(username: name, in: db) }
        guard let account else { throw AdministrationRefusal("There is no account \"\(name.prefix(140))\".") }
        options.output.answer(AccountReport.json(account), text: AccountText.text(account))
    }
}
