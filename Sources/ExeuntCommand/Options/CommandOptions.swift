import ArgumentParser
import ExeuntProvider
import Foundation
import Logging

/// What a command on the database takes: where it is, and in which form to answer.
struct CommandOptions: ParsableArguments {
    @Flag(help: "Print exactly one JSON value on standard output.")
    var json = false

    @OptionGroup(title: "Configuration")
    var configuration: ConfigurationOptions

    /// Resolves the configuration and makes the logger.
    func resolve(
        _ server: ServerOptions? = nil, for purpose: ProviderConfiguration.Purpose = .administration
    ) throws -> (configuration: ProviderConfiguration, logger: Logger) {
        let resolved = try ProviderConfiguration.resolve(sources(server), for: purpose)
        return (resolved, CommandLogging.start(resolved.logging))
    }

    func sources(_ server: ServerOptions? = nil) -> ConfigurationSources {
        let arguments = configuration.arguments.merging(server?.arguments ?? [:]) { _, server in server }
        return ConfigurationSources(arguments: arguments, environment: ProcessInfo.processInfo.environment)
    }

    var output: CommandOutput { CommandOutput(json: json) }
}
