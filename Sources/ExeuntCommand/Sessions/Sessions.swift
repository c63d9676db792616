import ArgumentParser
import ExeuntProvider
import OpenIDTypes

/// `exeunt sessions`.
struct Sessions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Who is signed in, and where.",
        subcommands: [SessionsList.self]
    )
}

/// `exeunt sessions list`.
struct SessionsList: DatabaseCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List sessions, the newest first.")

    @Option(help: ArgumentHelp("Only those of this account.", valueName: "name"))
    var user: String?

    @Flag(help: "Also those that have ended, as far as they are kept.")
    var ended = false

    @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
    var limit = 1000

    @OptionGroup var options: CommandOptions

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit is from 1 to 100000.") }
    }

    func perform(_ administration: Administration) async throws {
        let reports = try await SessionReport.list(
            username: user, includeEnded: ended, limit: limit, administration: administration
        )
        var table = TextTable("SESSION", "USER", "STATUS", "SIGNED IN", "LAST ACTIVE", "ADDRESS", "APPLICATIONS")
        for report in reports {
            table.add(
                report.session.id.rawValue, report.username, report.session.status.rawValue,
                report.session.authTime.iso8601, report.session.lastActiveAt.iso8601, report.session.address,
                report.applications.map(\.name).joined(separator: ", ")
            )
        }
        options.output.answer(.array(reports.map(\.json)), text: table.text(empty: "Nobody is signed in."))
    }
}
