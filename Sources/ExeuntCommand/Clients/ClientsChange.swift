import ArgumentParser
import ExeuntProvider
import OpenIDTypes

/// `exeunt clients update ID FILE`.
struct ClientsUpdate: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Replace an application's metadata.",
        discussion: """
            The whole record is replaced: what is not in the file is gone. The secret stays.

            Example:
              exeunt clients show shop --json > shop.json; $EDITOR shop.json; exeunt clients update shop shop.json
            """
    )

    @Argument(help: ArgumentHelp("The client_id.", valueName: "id"))
    var id: String

    @Argument(help: ArgumentHelp("The metadata as JSON, or - for standard input.", valueName: "file"))
    var file: String

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let document = try InputFile(name: file).json()
        let registration = try await administration.clients.update(ClientID(id), document, actor: Operator.actor)
        options.output.answer(registration.json, text: ClientText.text(registration))
    }
}

/// `exeunt clients rotate-secret ID`.
struct ClientsRotateSecret: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-secret",
        abstract: "Give an application a new secret; the old one is worth nothing from then on."
    )

    @Argument(help: ArgumentHelp("The client_id.", valueName: "id"))
    var id: String

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let registration = try await administration.clients.rotateSecret(ClientID(id), actor: Operator.actor)
        options.output.answer(registration.json, text: ClientText.text(registration))
    }
}

/// `exeunt clients delete ID`.
struct ClientsDelete: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Remove an application: everybody is signed out of it, and it is told so."
    )

    @Argument(help: ArgumentHelp("The client_id.", valueName: "id"))
    var id: String

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let outcome = try await administration.clients.delete(ClientID(id), actor: Operator.actor)
        let report: LogoutReport? =
            if let id = outcome.logoutID { try await OperatorLogout(administration).report(id) } else { nil }
        let json: JSONValue = ["client_id": .string(id), "removed": true, "logout": report?.json ?? .null]
        var text = "Removed \(id)."
        if let report { text += "\n" + LogoutText.deliveries(report) }
        options.output.answer(json, text: text)
    }
}
