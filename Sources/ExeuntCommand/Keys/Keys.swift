import ArgumentParser
import ExeuntProvider
import OpenIDTypes

/// `exeunt keys`.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The keys that sign tokens.",
        subcommands: [KeysList.self, KeysRotate.self]
    )
}

/// A signing key as commands show it; of the private part nothing.
enum KeyText {
    static func json(_ key: KeyRecord) -> JSONValue {
        var object: JSONObject = [
            "kid": .string(key.kid.rawValue),
            "algorithm": .string(key.algorithm.rawValue),
            "status": .string(key.status.rawValue),
            "created_at": .string(key.createdAt.iso8601),
            "active_from": .string(key.activeFrom.iso8601),
        ]
        object["retired_at"] = key.retiredAt.map { .string($0.iso8601) }
        return .object(object)
    }

    static func table(_ keys: [KeyRecord]) -> String {
        var table = TextTable("KID", "ALGORITHM", "STATUS", "SIGNS FROM", "RETIRED")
        for key in keys {
            table.add(
                key.kid.rawValue, key.algorithm.rawValue, key.status.rawValue, key.activeFrom.iso8601,
                key.retiredAt?.iso8601 ?? ""
            )
        }
        return table.text(empty: "There are no keys.")
    }
}

/// `exeunt keys list`.
struct KeysList: DatabaseCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the signing keys.")

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let keys = try await administration.keys().list()
        options.output.answer(.array(keys.map(KeyText.json)), text: KeyText.table(keys))
    }
}

extension SigningAlgorithm: ExpressibleByArgument {}

/// `exeunt keys rotate`.
struct KeysRotate: DatabaseCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Make new signing keys.",
        discussion: """
            A new key is published some minutes before it signs, so that applications know it in time. The old one goes \
            on verifying tokens that it signed.
            """
    )

    @Option(help: "Only this algorithm. (default: all)")
    var algorithm: SigningAlgorithm?

    @Flag(help: "Sign with the new key at once, because the old one is compromised.")
    var immediately = false

    @OptionGroup var options: CommandOptions

    func perform(_ administration: Administration) async throws {
        let keys = try await administration.keys().rotate(
            algorithm, immediately: immediately, actor: Operator.actor
        )
        options.output.answer(.array(keys.map(KeyText.json)), text: KeyText.table(keys))
    }
}
