import ArgumentParser
import ExeuntProvider
import OpenIDTypes
import SQLStore

/// `exeunt users list`.
struct UsersList: DatabaseCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the accounts by name.")

    @OptionGroup var options: CommandOptions

    private static let page = 500

    func perform(_ administration: Administration) async throws {
        let directory = administration.directory
        var accounts: [Account] = []
        while true {
            let last = accounts.last.flatMap { try? Username($0.username).key } ?? ""
            let page = try await administration.database.read { db in
                try directory.list(after: last, limit: Self.page, in: db)
            }
            accounts += page
            if page.count < Self.page { break }
        }
        var table = TextTable("USERNAME", "STATUS", "NAME", "EMAIL", "ID")
        for account in accounts {
            table.add(
                account.username, account.status.rawValue, account.claims["name"]?.string ?? "",
                account.claims["email"]?.string ?? "", account.id.rawValue
            )
        }
        options.output.answer(
            .array(accounts.map(AccountReport.json)), text: table.text(empty: "There are no accounts."))
    }
}
