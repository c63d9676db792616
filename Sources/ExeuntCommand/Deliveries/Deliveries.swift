import ArgumentParser
import ExeuntProvider
import OpenIDTypes
import SQLStore

/// `exeunt deliveries`.
struct Deliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The messages that tell applications of logouts.",
        subcommands: [DeliveriesList.self, DeliveriesResend.self]
    )
}

extension LogoutDelivery.State: ExpressibleByArgument {}

/// `exeunt deliveries list`.
struct DeliveriesList: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List deliveries, the newest first.",
        discussion: "Example:\n  exeunt deliveries list --state refused"
    )

    @Option(help: "Only those in this state.")
    var state: LogoutDelivery.State?

    @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
    var limit = 1000

    @OptionGroup var options: CommandOptions

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit is from 1 to 100000.") }
    }

    func perform(_ administration: Administration) async throws {
        let (deliveries, state, limit) = (administration.deliveries, state, limit)
        let found = try await administration.database.read { db in
            try deliveries.list(state: state, limit: limit, in: db)
        }
        var table = TextTable("DELIVERY", "STATE", "APPLICATION", "ATTEMPTS", "NEXT ATTEMPT", "LAST ERROR")
        for delivery in found {
            table.add(
                delivery.id.rawValue, delivery.state.rawValue, delivery.clientName, String(delivery.attempts),
                delivery.nextAttemptAt?.iso8601 ?? "", delivery.lastError ?? ""
            )
        }
        options.output.answer(
            .array(found.map { .object($0.json) }), text: table.text(empty: "There are no such deliveries."))
    }
}

/// `exeunt deliveries resend`.
struct DeliveriesResend: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "resend",
        abstract: "Send again, now, whatever became of it.",
        discussion: """
            Examples:
              exeunt deliveries resend 0192f0c1d2e3f405…
              exeunt deliveries resend --client shop
            """
    )

    @Argument(help: ArgumentHelp("One delivery.", valueName: "id"))
    var id: String?

    @Option(help: ArgumentHelp("All of this application's that it has not confirmed.", valueName: "id"))
    var client: String?

    @OptionGroup var options: CommandOptions

    func validate() throws {
        if (id == nil) == (client == nil) { throw ValidationError("Give either a delivery's id or --client.") }
    }

    func perform(_ administration: Administration) async throws {
        let resend = DeliveryResend(administration)
        let outcome =
            if let id { try await resend.one(DeliveryID(id), actor: Operator.actor) } else {
                try await resend.all(of: ClientID(client ?? ""), actor: Operator.actor)
            }
        let place = outcome.isServed ? "due now" : "queued: no server runs on this database"
        options.output.answer(
            ["resent": .integer(Int64(outcome.count)), "server_running": .bool(outcome.isServed)],
            text: "\(outcome.count) \(place)."
        )
    }
}
