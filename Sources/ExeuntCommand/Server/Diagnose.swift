import ArgumentParser
import ExeuntProvider
import OpenIDTypes

/// `exeunt doctor`.
struct Diagnose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Show the configuration in force, and check everything that the provider depends on.",
        discussion: "Nothing is changed, and no secret is shown. The exit status is 1 if a check failed."
    )

    @OptionGroup(title: "Server")
    var server: ServerOptions

    @OptionGroup var options: CommandOptions

    func run() async throws {
        try await CommandFailure.explaining {
            var checks: [Doctor.Check] = []
            do {
                _ = try ProviderConfiguration.resolve(options.sources(server), for: .server)
                checks.append(Doctor.Check("configuration", .ok, "has no errors"))
            } catch let error as ConfigurationErrors {
                // What a server would refuse is a finding; the rest is looked at all the same.
                checks = error.problems.map { Doctor.Check("configuration", .error, $0.description) }
            }
            let (configuration, logger) = try options.resolve(server)
            checks += await Doctor(configuration, logger: logger).examine()
            options.output.answer(Self.json(configuration, checks), text: Self.text(configuration, checks))
            if checks.contains(where: { $0.status == .error }) { throw ExitCode.failure }
        }
    }

    private static func json(_ configuration: ProviderConfiguration, _ checks: [Doctor.Check]) -> JSONValue {
        [
            "healthy": .bool(!checks.contains { $0.status == .error }),
            "configuration": EffectiveConfiguration.json(configuration),
            "checks": .array(checks.map(\.json)),
        ]
    }

    private static func text(_ configuration: ProviderConfiguration, _ checks: [Doctor.Check]) -> String {
        var settings = TextTable("SETTING", "VALUE")
        for (name, value) in EffectiveConfiguration.values(configuration) { settings.add(name, value) }
        let findings = checks.map { check in
            "\(check.status.rawValue.uppercased())  \(check.name): \(TextTable.printable(check.message))"
        }
        return settings.text(empty: "") + "\n\n" + findings.joined(separator: "\n")
    }
}
