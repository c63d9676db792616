import Foundation
import Yams

/// The YAML file, walked key by key: swift-configuration looks up what it is asked for, and would never notice a key that
/// nobody asks for, such as a misspelt one.
struct ConfigurationFile {
    private(set) var values: [Setting: SettingValue] = [:]
    private(set) var problems: [ConfigurationErrors.Problem] = []
    private let name: String

    /// A configuration file has some dozens of lines; a bigger one is a mistake.
    static let maximumBytes = 1 << 20

    init(path: String, source: String) {
        name = path.split(separator: "/").last.map(String.init) ?? path
        guard let data = FileManager.default.contents(atPath: path) else {
            problems.append(.init(name: source, message: "cannot read the file \"\(path)\""))
            return
        }
        guard data.count <= Self.maximumBytes, let text = String(data: data, encoding: .utf8) else {
            problems.append(.init(name: source, message: "\"\(path)\" is not a YAML text of at most one megabyte"))
            return
        }
        read(text)
    }

    /// How a problem names a key of this file.
    func origin(of key: String) -> String { "\(key) in \(name)" }

    private mutating func read(_ text: String) {
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            if isNull(root) { return }
            guard case .mapping(let mapping) = root else {
                problems.append(
                    .init(name: name, message: "must be a mapping of settings, such as \"issuer: https://…\""))
                return
            }
            walk(mapping, prefix: "")
        } catch {
            problems.append(.init(name: name, message: Self.explain(error)))
        }
    }

    private mutating func walk(_ mapping: Node.Mapping, prefix: String) {
        for (keyNode, value) in mapping {
            guard case .scalar(let scalar) = keyNode else {
                problems.append(.init(name: name, message: "has a key that is not a word"))
                continue
            }
            let key = prefix + scalar.string
            switch value {
            case .mapping(let inner) where Setting.all.contains(where: { $0.key.hasPrefix(key + ".") && $0.isInFile }):
                walk(inner, prefix: key + ".")
            case _ where isNull(value) && Setting.all.contains(where: { $0.key.hasPrefix(key + ".") && $0.isInFile }):
                continue
            default:
                take(value, key: key)
            }
        }
    }

    private mutating func take(_ node: Node, key: String) {
        guard let setting = Setting.byKey[key], setting.isInFile else {
            problems.append(.init(name: origin(of: key), message: Self.unknown(key)))
            return
        }
        switch (node, setting.shape) {
        case _ where isNull(node):
            problems.append(.init(name: origin(of: key), message: "has no value"))
        case (.scalar(let scalar), .text):
            values[setting] = .text(scalar.string)
        case (.sequence(let sequence), .list):
            let items = sequence.compactMap { item in
                if case .scalar(let scalar) = item { scalar.string } else { String?.none }
            }
            if items.count == sequence.count {
                values[setting] = .list(items)
            } else {
                problems.append(.init(name: origin(of: key), message: "must be a list of plain values"))
            }
        case (_, .list):
            problems.append(.init(name: origin(of: key), message: "must be a list"))
        case (_, .text):
            problems.append(.init(name: origin(of: key), message: "must be one value"))
        }
    }

    private func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    static func unknown(_ key: String) -> String {
        if let secret = Setting.byKey[key], secret.isSecret {
            return "does not belong in a file; use \(secret.variable) or \(Setting.secretKeyFile.key)"
        }
        return "is not a setting" + SettingSuggestion.phrase(for: key, among: Setting.all.filter(\.isInFile).map(\.key))
    }

    /// Yams describes an error with the line that it is in, which may hold a database's password; the place is enough.
    private static func explain(_ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "is not valid YAML: line \(mark.line), column \(mark.column): \(problem)"
        case .duplicatedKeysInMapping(let duplicates, let context):
            "has the key \(duplicates.joined(separator: ", ")) twice, in line \(context.mark.line)"
        default:
            "is not valid YAML"
        }
    }
}
