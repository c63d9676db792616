import ArgumentParser
import ExeuntProvider
import OpenIDTypes
import SQLStore

/// `exeunt migrate`.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Create the database, or bring it up to date.",
        discussion: "\"exeunt serve\" does the same at start; the other commands change nothing by the way."
    )

    @OptionGroup var options: CommandOptions

    func run() async throws {
        try await CommandFailure.explaining {
            let (configuration, logger) = try options.resolve()
            let update = try await SchemaUpdate.run(configuration, logger: logger)
            let place = configuration.database.redactedDescription
            options.output.answer(
                [
                    "version": .integer(Int64(update.version)),
                    "applied": .array(update.applied.map { .integer(Int64($0)) }),
                ],
                text: SchemaText.text(update, place)
            )
        }
    }
}

/// What became of the database, in one sentence.
enum SchemaText {
    static func text(_ update: SchemaUpdate, _ place: String) -> String {
        if update.applied.isEmpty { return "The database \(place) is up to date, version \(update.version)." }
        let deed = update.isNew ? "Created the database" : "Brought up to date the database"
        return "\(deed) \(place), version \(update.version)."
    }
}
