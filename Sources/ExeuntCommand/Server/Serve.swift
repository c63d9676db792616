import ArgumentParser
import ExeuntProvider
import Logging
import OpenIDTypes
import SQLStore

/// `exeunt serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the provider until SIGTERM or SIGINT, then drain.",
        discussion: """
            The database is created or brought up to date at start. Health is at /health/live and /health/ready.

            Examples:
              exeunt serve --issuer https://id.example.org --listen :8443 --tls-certificate chain.pem --tls-key key.pem
              exeunt serve --issuer https://id.example.org --trusted-proxy 10.0.0.0/8 --listen :8080
              exeunt serve --development
            """
    )

    @OptionGroup(title: "Server")
    var server: ServerOptions

    @OptionGroup var options: CommandOptions

    func run() async throws {
        try await CommandFailure.explaining {
            let (configuration, logger) = try options.resolve(server, for: .server)
            let update = try await SchemaUpdate.run(configuration, logger: logger)
            if !update.applied.isEmpty {
                StandardStreams.message(SchemaText.text(update, configuration.database.redactedDescription))
            }
            let parts = try await ProviderParts.open(configuration: configuration, logger: logger)
            try await ServedIssuer.remember(configuration, in: parts.database)
            let (issuer, json) = (configuration.issuer.text, options.json)
            try await Provider(parts: parts).run { port in
                let address = ListenAddress(host: configuration.listen.host, port: port)
                StandardStreams.message("Exeunt serves \(issuer), listening on \(address).")
                if json {
                    let value: JSONValue = ["issuer": .string(issuer), "listen": .string(address.description)]
                    StandardStreams.print(value.prettyPrinted())
                }
            }
        }
    }
}
