import ArgumentParser
import ExeuntProvider
import OpenIDTypes

/// `exeunt clients`.
struct Clients: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The applications that people sign in to.",
        discussion: """
            Metadata is that of RFC 7591 and of the logout specifications, as JSON, and exeunt_receipt, exeunt_consent, \
            exeunt_offline, exeunt_audience, exeunt_access_token_format, exeunt_logout_token_type, \
            exeunt_notify_on_expiry, exeunt_default_scope and exeunt_allow_http.
            """,
        subcommands: [
            ClientsAdd.self, ClientsList.self, ClientsShow.self, ClientsUpdate.self, ClientsRotateSecret.self,
            ClientsDelete.self,
        ]
    )
}

/// A client on a terminal.
enum ClientText {
    static func text(_ registration: ClientRegistration) -> String {
        let shown = TextTable.printable(registration.client.name)
        var lines = ["client_id      \(registration.client.id)", "name           \(shown)"]
        if let secret = registration.secret {
            lines.append("client_secret  \(secret)")
            lines.append("The secret is shown this once; only its hash is stored.")
        }
        return lines.joined(separator: "\n")
    }
}
