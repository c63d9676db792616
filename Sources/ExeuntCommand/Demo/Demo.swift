import ArgumentParser
import ExeuntProvider
import ExeuntRelyingParty
import Foundation
import Logging
import OpenIDTypes
import ServiceLifecycle
import UnixSignals

/// `exeunt demo`.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the provider and two sample applications on this machine, to see a logout from all sides.",
        discussion: """
            Sign in to both applications, sign out in one, and look at the receipt and at the other. Everything is kept \
            in one folder, and none of it is for production.
            """
    )

    @Option(help: ArgumentHelp("Where the database and the keys are kept.", valueName: "folder"))
    var folder = "./var/demo"

    @Option(help: ArgumentHelp("The provider's port.", valueName: "port"))
    var port = 8080

    @Option(help: ArgumentHelp("The first application's port.", valueName: "port"))
    var portOne = 8081

    @Option(help: ArgumentHelp("The second application's port.", valueName: "port"))
    var portTwo = 8082

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel = "warning"

    @Flag(help: "Print the addresses and the account as one JSON value on standard output.")
    var json = false

    func validate() throws {
        let ports = [port, portOne, portTwo]
        if !ports.allSatisfy({ (1...65_535).contains($0) }) || Set(ports).count != 3 {
            throw ValidationError("The three ports must be different, from 1 to 65535.")
        }
    }

    func run() async throws {
        try await CommandFailure.explaining {
            try DemoPorts.requireFree([("--port", port), ("--port-one", portOne), ("--port-two", portTwo)])
            let setting = try DemoSetting(folder: folder, ports: (port, portOne, portTwo), logLevel: logLevel)
            let logger = CommandLogging.start(setting.configuration.logging)
            _ = try await SchemaUpdate.run(setting.configuration, logger: logger)
            let (applications, password) = try await setting.prepare(logger)
            let parts = try await ProviderParts.open(configuration: setting.configuration, logger: logger)
            try await ServedIssuer.remember(setting.configuration, in: parts.database)
            let answer = DemoAnswer(setting: setting, password: password)
            let output = CommandOutput(json: json)
            for warning in setting.configuration.warnings { logger.warning("\(warning)") }
            let samples: [any Service] = applications.map { $0.service(logger: logger) }
            // The samples stop last: the provider still tells them while it drains.
            let services =
                try samples
                + Provider(parts: parts).services { _ in
                    output.answer(answer.json, text: answer.text)
                }
            var group = ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
            )
            group.maximumGracefulShutdownDuration = .seconds(15)
            try await ServiceGroup(configuration: group).run()
        }
    }
}
