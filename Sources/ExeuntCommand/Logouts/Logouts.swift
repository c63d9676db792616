import ArgumentParser
import ExeuntProvider
import OpenIDTypes
import SQLStore

/// `exeunt logouts`.
struct Logouts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What ended, why, and who was told.",
        subcommands: [LogoutsList.self, LogoutsShow.self]
    )
}

/// `exeunt logouts list`.
struct LogoutsList: DatabaseCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List logouts, the newest first.")

    @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
    var limit = 100

    @OptionGroup var options: CommandOptions

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit is from 1 to 100000.") }
    }

    func perform(_ administration: Administration) async throws {
        let limit = limit
        let records = try await administration.database.read { db in try LogoutRecordStore().list(limit: limit, in: db)
        }
        var table = TextTable("LOGOUT", "AT", "CAUSE", "SCOPE", "SESSIONS", "REASON")
        for record in records {
            table.add(
                record.id.rawValue, record.createdAt.iso8601, record.cause.rawValue, record.scope.name,
                String(record.sessions), record.reason ?? ""
            )
        }
        options.output.answer(
            .array(records.map { .object($0.json) }), text: table.text(empty: "There are no logouts on record."))
    }
}

/// `exeunt logouts show ID`.
struct LogoutsShow: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one logout's receipt: who was told, and who was not."
    )

    @Argument(help: ArgumentHelp("The logout's id.", valueName: "id"))
    var id: String

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        guard let report = try await OperatorLogout(administration).report(LogoutID(id)) else {
            throw AdministrationRefusal("There is no logout \"\(id.prefix(140))\" on record.")
        }
        options.output.answer(report.json, text: LogoutText.text(report))
    }
}
