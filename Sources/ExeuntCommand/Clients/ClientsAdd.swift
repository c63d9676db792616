import ArgumentParser
import ExeuntProvider

/// `exeunt clients add FILE`.
struct ClientsAdd: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register an application.",
        discussion: """
            Example, as application.json:
              {
                "client_name": "Shop",
                "redirect_uris": ["https://shop.example/callback"],
                "post_logout_redirect_uris": ["https://shop.example/"],
                "backchannel_logout_uri": "https://shop.example/backchannel-logout"
              }
            and then:
              exeunt clients add application.json
            """
    )

    @Argument(help: ArgumentHelp("The metadata as JSON, or - for standard input.", valueName: "file"))
    var file: String

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let document = try InputFile(name: file).json()
        guard administration.configuration.issuer != .unset else {
            throw CommandFailure(
                "The issuer is not known yet; give --issuer or EXEUNT_ISSUER, or start the server once: "
                    + "a client's addresses are judged against it."
            )
        }
        let registration = try await administration.clients.add(document, actor: Operator.actor)
        options.output.answer(registration.json, text: ClientText.text(registration))
    }
}
