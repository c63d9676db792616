import ArgumentParser
import ExeuntProvider

/// The settings that every command understands.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A YAML file of settings.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "sqlite:PATH or postgres://USER@HOST/NAME. (default: sqlite:exeunt.sqlite)", valueName: "address"
        )
    )
    var database: String?

    @Option(help: ArgumentHelp("The https address at which browsers reach the provider.", valueName: "url"))
    var issuer: String?

    @Flag(help: "Accept plain http on loopback, for the provider and for applications. Never in production.")
    var development = false

    @Option(
        help: ArgumentHelp(
            "The file with the key that encrypts secrets at rest. (default: beside the SQLite file)", valueName: "file"
        )
    )
    var secretKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "A private address range that may be sent to, such as 10.0.0.0/8. Repeatable.", valueName: "cidr")
    )
    var outgoingAllow: [String] = []

    @Option(help: ArgumentHelp("A PEM file of further certificate authorities.", valueName: "file"))
    var outgoingCAFile: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var logFormat: String?

    /// What was given, for the configuration.
    var arguments: [Setting: SettingValue] {
        var result: [Setting: SettingValue] = [:]
        let texts: [(Setting, String?)] = [
            (.config, config), (.database, database), (.issuer, issuer), (.secretKeyFile, secretKeyFile),
            (.outgoingCAFile, outgoingCAFile), (.logLevel, logLevel), (.logFormat, logFormat),
            (.development, development ? "true" : nil),
        ]
        for (setting, text) in texts {
            if let text { result[setting] = .text(text) }
        }
        if !outgoingAllow.isEmpty { result[.outgoingAllow] = .list(outgoingAllow) }
        return result
    }
}
