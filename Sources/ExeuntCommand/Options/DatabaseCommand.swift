import ArgumentParser
import ExeuntProvider

/// A command that works on an existing, up-to-date database beside whatever server runs on it.
protocol DatabaseCommand: AsyncParsableCommand {
    var options: CommandOptions { get }

    /// Does the work. What it throws becomes one sentence on standard error and exit status 1.
    func perform(_ administration: Administration) async throws
}

extension DatabaseCommand {
    mutating func run() async throws {
        let command = self
        try await CommandFailure.explaining {
            let (configuration, logger) = try command.options.resolve()
            let administration = try await Administration.open(configuration, logger: logger)
            do {
                try await command.perform(administration)
                await administration.close()
            } catch {
                await administration.close()
                throw error
            }
        }
    }
}
