import Configuration
import OutgoingHTTP

/// Reads settings by name, parses them, and collects what is wrong instead of stopping or falling back to a default.
struct SettingReader {
    private let reader: ConfigReader
    /// Which source wins for a setting, as the operator would call it.
    private let origins: [Setting: String]
    private(set) var problems: [ConfigurationErrors.Problem]

    init(_ sources: ConfigurationSources) {
        var problems: [ConfigurationErrors.Problem] = []
        // An empty variable is how scripts and compose files say "not set".
        let variables = sources.environment.filter { $0.key.hasPrefix("EXEUNT_") && !$0.value.isEmpty }
        let known = variables.filter { Setting.byVariable[$0.key] != nil }
        for name in variables.keys.sorted() where known[name] == nil && !Self.isForTests(name) {
            let suggestion = SettingSuggestion.phrase(for: name, among: Setting.all.map(\.variable))
            problems.append(.init(name: name, message: "is not a setting" + suggestion))
        }
        var origins: [Setting: String] = [:]
        var fileValues: [Setting: SettingValue] = [:]
        if let (path, source) = Self.filePath(sources) {
            let file = ConfigurationFile(path: path, source: source)
            problems += file.problems
            fileValues = file.values
            for setting in fileValues.keys { origins[setting] = file.origin(of: setting.key) }
        }
        for name in known.keys { origins[Setting.byVariable[name]!] = name }
        for setting in sources.arguments.keys { origins[setting] = setting.flag }
        reader = ConfigReader(providers: [
            InMemoryProvider(name: "flags", values: Self.content(sources.arguments)),
            EnvironmentVariablesProvider(
                environmentVariables: known,
                secretsSpecifier: .dynamic { name, _ in Setting.byVariable[name]?.isSecret ?? true }
            )
            .prefixKeys(with: "exeunt"),
            InMemoryProvider(name: "file", values: Self.content(fileValues)),
        ])
        self.origins = origins
        self.problems = problems
    }

    /// Variables that configure a test of this provider, and never the provider.
    private static func isForTests(_ name: String) -> Bool {
        ["EXEUNT_CRASH_AT", "EXEUNT_FAULT", "EXEUNT_BINARY"].contains(name) || name.hasPrefix("EXEUNT_TEST_")
    }

    private static func filePath(_ sources: ConfigurationSources) -> (path: String, source: String)? {
        if case .text(let path) = sources.arguments[.config] { return (path, Setting.config.flag) }
        if let path = sources.environment[Setting.config.variable], !path.isEmpty {
            return (path, Setting.config.variable)
        }
        return nil
    }

    private static func content(_ values: [Setting: SettingValue]) -> [AbsoluteConfigKey: ConfigValue] {
        var result: [AbsoluteConfigKey: ConfigValue] = [:]
        for (setting, value) in values {
            let content: ConfigContent =
                switch value {
                case .text(let text): .string(text)
                case .list(let items): .stringArray(items)
                }
            result[AbsoluteConfigKey(ConfigKey(setting.key))] = ConfigValue(content, isSecret: setting.isSecret)
        }
        return result
    }

    func isGiven(_ setting: Setting) -> Bool { origins[setting] != nil }

    /// Where a setting's value came from, or its flag if it was not given.
    func name(of setting: Setting) -> String { origins[setting] ?? setting.flag }

    mutating func refuse(_ setting: Setting, _ message: String) {
        problems.append(.init(name: name(of: setting), message: message))
    }

    mutating func text(_ setting: Setting) -> String? {
        guard isGiven(setting) else { return nil }
        do {
            let text = try reader.requiredString(forKey: ConfigKey(setting.key), isSecret: setting.isSecret)
            if !text.isEmpty { return text }
            refuse(setting, "is empty")
        } catch {
            refuse(setting, "must be one value")
        }
        return nil
    }

    mutating func list(_ setting: Setting) -> [String] {
        guard isGiven(setting) else { return [] }
        do {
            return try reader.requiredStringArray(forKey: ConfigKey(setting.key), isSecret: setting.isSecret)
        } catch {
            refuse(setting, "must be a list")
            return []
        }
    }

    mutating func flag(_ setting: Setting) -> Bool {
        guard let text = text(setting) else { return false }
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default:
            refuse(setting, "must be true or false")
            return false
        }
    }

    /// One of a closed set of words.
    mutating func word<Value: RawRepresentable<String> & CaseIterable>(_ setting: Setting, default value: Value)
        -> Value
    {
        guard let text = text(setting) else { return value }
        if let value = Value(rawValue: text) { return value }
        refuse(setting, "must be one of " + Value.allCases.map(\.rawValue).joined(separator: ", "))
        return value
    }

    mutating func duration(_ setting: Setting, default value: Duration, in range: ClosedRange<Duration>) -> Duration {
        guard let text = text(setting) else { return value }
        if let duration = DurationText.parse(text), range.contains(duration) { return duration }
        let (least, most) = (DurationText.format(range.lowerBound), DurationText.format(range.upperBound))
        refuse(setting, "must be a duration from \(least) to \(most), such as 90s, 10m, 12h or 7d")
        return value
    }

    mutating func ranges(_ setting: Setting) -> [CIDR] {
        var result: [CIDR] = []
        for item in list(setting) {
            do {
                result.append(try CIDR(item))
            } catch {
                refuse(setting, error.description)
            }
        }
        return result
    }
}
