import ArgumentParser
import ExeuntProvider
import OpenIDTypes
import SQLStore

/// `exeunt backup FILE`.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a consistent copy of the SQLite database, beside a running server.",
        discussion: """
            The copy is a new file that its owner alone can read. The secret key is not in it: keep a copy of that file \
            too, elsewhere. For PostgreSQL use pg_dump.
            """
    )

    @Argument(help: ArgumentHelp("The file to write; it must not exist.", valueName: "file"))
    var file: String

    @OptionGroup var options: CommandOptions

    func run() async throws {
        try await CommandFailure.explaining {
            let (configuration, logger) = try options.resolve()
            try await BackupArchive(configuration, logger: logger).backup(to: file)
            let key: String? = if case .file(let path) = configuration.masterKey { path } else { nil }
            options.output.answer(
                ["file": .string(file), "secret_key_file": key.map(JSONValue.string) ?? .null],
                text: "Wrote \(file). It is of use only with the secret key"
                    + (key.map { " in \($0), which is not in it; keep a copy of that elsewhere." }
                        ?? ", which is not in it.")
            )
        }
    }
}

/// `exeunt restore FILE`.
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a backup in the place of the SQLite database, and end every session in it.",
        discussion: """
            No server may be running on the database, and the secret key file of the backup's time must be there. \
            Everybody is signed out, offline access included, because a backup must not bring back what was ended after \
            it was made; applications are told when the server is started. For PostgreSQL use pg_restore, and then \
            "exeunt logout --all --offline".
            """
    )

    @Argument(help: ArgumentHelp("The backup.", valueName: "file"))
    var file: String

    @Flag(help: "Move an existing database aside; it is not deleted.")
    var force = false

    @OptionGroup var options: CommandOptions

    func run() async throws {
        try await CommandFailure.explaining {
            let (configuration, logger) = try options.resolve()
            let archive = BackupArchive(configuration, logger: logger)
            let restored = try await archive.restore(from: file, force: force, actor: Operator.actor)
            let outcome = restored.outcome
            let json: JSONValue = [
                "database": .string(configuration.database.redactedDescription),
                "sessions_ended": .integer(Int64(outcome.sessionsEnded)),
                "logout_id": outcome.logoutID.map { .string($0.rawValue) } ?? .null,
                "replaced": restored.replaced.map(JSONValue.string) ?? .null,
            ]
            options.output.answer(json, text: Self.text(restored, configuration.database.redactedDescription))
        }
    }

    private static func text(_ restored: BackupArchive.Restored, _ place: String) -> String {
        var text = "Restored \(place); \(restored.outcome.sessionsEnded) sessions of the backup's time were ended."
        if let replaced = restored.replaced { text += "\nThe database that was there is now \(replaced)." }
        return text + "\nStart the server; it tells the applications."
    }
}
