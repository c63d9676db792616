import ArgumentParser
import ExeuntProvider
import OpenIDTypes

/// `exeunt users import FILE`.
struct UsersImport: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Add many accounts from JSON lines or a JSON array.",
        discussion: """
            Each record is an object with username, and password or password_hash (Argon2id in PHC form) if there is \
            one, disabled, and standard claims. A record is imported whole or not at all; those that are not are named \
            by their line, the others are imported, and the exit status is 1.

            Example record:
              {"username": "anna", "email": "anna@example.org", "password_hash": "$argon2id$v=19$m=19456,t=2,p=1$…"}
            """
    )

    @Argument(help: ArgumentHelp("The file, or - for standard input.", valueName: "file"))
    var file: String

    @OptionGroup var options: CommandOptions

    /// A million accounts with every claim.
    private static let limit = 1 << 30

    func perform(_ administration: Administration) async throws {
        let importer = AccountImport(
            database: administration.database, hasher: administration.hasher, clock: administration.clock
        )
        let bytes = try InputFile(name: file).bytes(limit: Self.limit)
        let report = try await importer.run(bytes, actor: Operator.actor) { done, all in
            StandardStreams.message("\(done) of \(all)")
        }
        for problem in report.problems { StandardStreams.message(TextTable.printable(problem.description)) }
        options.output.answer(
            Self.json(report),
            text: "Imported \(report.imported) accounts"
                + (report.problems.isEmpty ? "." : "; \(report.problems.count) records were not imported.")
        )
        if !report.problems.isEmpty { throw ExitCode.failure }
    }

    private static func json(_ report: AccountImport.Report) -> JSONValue {
        let errors = report.problems.map { problem -> JSONValue in
            ["line": .integer(Int64(problem.line)), "message": .string(problem.message)]
        }
        return ["imported": .integer(Int64(report.imported)), "errors": .array(errors)]
    }
}
