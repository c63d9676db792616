/// A setting's value as one source gave it, not yet understood.
package enum SettingValue: Sendable, Hashable {
    case text(String)
    case list([String])
}

/// Where configuration comes from, strongest first: flags, environment, file.
package struct ConfigurationSources: Sendable {
    /// What the flags said.
    package var arguments: [Setting: SettingValue]
    /// The whole environment of the process; only `EXEUNT_*` is looked at.
    package var environment: [String: String]

    package init(arguments: [Setting: SettingValue] = [:], environment: [String: String] = [:]) {
        self.arguments = arguments
        self.environment = environment
    }
}
