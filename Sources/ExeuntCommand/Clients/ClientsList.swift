import ArgumentParser
import ExeuntProvider
import OpenIDTypes

/// `exeunt clients list`.
struct ClientsList: DatabaseCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the registered applications.")

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let clients = try await administration.clients.list()
        var table = TextTable("CLIENT ID", "NAME", "BACK-CHANNEL LOGOUT", "FRONT-CHANNEL LOGOUT")
        for client in clients.map(\.client) {
            table.add(
                client.id.rawValue, client.name, client.metadata.backchannelLogoutURI ?? "none",
                client.metadata.frontchannelLogoutURI ?? "none"
            )
        }
        options.output.answer(.array(clients.map(\.json)), text: table.text(empty: "There are no clients."))
    }
}

/// `exeunt clients show ID`.
struct ClientsShow: DatabaseCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one application's metadata.")

    @Argument(help: ArgumentHelp("The client_id.", valueName: "id"))
    var id: String

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        guard let registration = try await administration.clients.show(ClientID(id)) else {
            throw AdministrationRefusal("There is no client \"\(id.prefix(255))\".")
        }
        options.output.answer(registration.json, text: registration.json.prettyPrinted())
    }
}
