import ExeuntProvider
import Foundation

/// A folder of its own for a test's files, gone when the test is over.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "exeunt-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, as name: String) throws -> String {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(filePath: file))
        return file
    }
}

/// Resolves a configuration, or says what is wrong with it, each problem by name.
enum ConfigurationPlace {
    static func resolve(
        _ arguments: [Setting: SettingValue] = [:],
        _ environment: [String: String] = [:],
        for purpose: ProviderConfiguration.Purpose = .server
    ) throws -> ProviderConfiguration {
        try ProviderConfiguration.resolve(
            ConfigurationSources(arguments: arguments, environment: environment), for: purpose
        )
    }

    static func problems(
        _ arguments: [Setting: SettingValue] = [:],
        _ environment: [String: String] = [:],
        for purpose: ProviderConfiguration.Purpose = .server
    ) -> [ConfigurationErrors.Problem] {
        do {
            _ = try resolve(arguments, environment, for: purpose)
            return []
        } catch {
            return (error as? ConfigurationErrors)?.problems ?? []
        }
    }
}
