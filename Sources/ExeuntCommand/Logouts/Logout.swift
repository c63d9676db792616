import ArgumentParser
import ExeuntProvider
import OpenIDTypes

/// `exeunt logout`.
struct Logout: DatabaseCommand {
    static let configuration = CommandConfiguration(
        abstract: "End sessions, and have every application told.",
        discussion: """
            Exactly one of --session, --user, --client and --all. With a server running, the command looks on for up \
            to two seconds and shows what became of each application; without one, it says that they are queued.

            Examples:
              exeunt logout --user anna --offline --reason "lost laptop"
              exeunt logout --all --reason "signing key leaked"
            """
    )

    @Option(help: ArgumentHelp("One session, by the id that \"sessions list\" shows.", valueName: "id"))
    var session: String?

    @Option(help: ArgumentHelp("Everything of one account, in every browser.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("Everybody at one application.", valueName: "id"))
    var client: String?

    @Flag(help: "Everybody, everywhere.")
    var all = false

    @Flag(help: "End offline access too.")
    var offline = false

    @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
    var reason: String?

    @OptionGroup var options: CommandOptions

    private var targets: [OperatorLogout.Target] {
        [
            session.map { .session(SessionID($0)) }, user.map { .user($0) }, client.map { .client(ClientID($0)) },
            all ? .all : nil,
        ]
        .compactMap { $0 }
    }

    func validate() throws {
        if targets.count != 1 { throw ValidationError("Give exactly one of --session, --user, --client and --all.") }
    }

    func perform(_ administration: Administration) async throws {
        let report = try await OperatorLogout(administration).end(
            targets[0], offline: offline, reason: reason, actor: Operator.actor
        )
        options.output.answer(report.json, text: LogoutText.text(report))
    }
}
