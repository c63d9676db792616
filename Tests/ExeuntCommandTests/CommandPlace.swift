import Foundation
import Logging
import OpenIDTypes
import SQLStore

/// The real binary in a folder of its own, with an environment of its own.
final class CommandPlace: Sendable {
    let folder: String
    private let environment: [String: String]

    /// Built beside the tests.
    static let binary = URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
        .appending(path: "exeunt").path()

    init(_ environment: [String: String] = [:]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "exeunt-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let own = ["PATH": "/usr/bin:/bin", "HOME": folder]
        self.environment = own.merging(environment) { _, given in given }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// What a command left behind.
    struct Outcome: Sendable, CustomStringConvertible {
        let status: Int32
        let output: String
        let messages: String

        /// Standard output as the one JSON value that it must be.
        var json: JSONValue? { try? JSONValue.parse(Array(output.utf8)) }
        var description: String { "status \(status)\n\(output)\n\(messages)" }
    }

    /// Runs a command to its end.
    func run(
        _ arguments: String..., input: String = "", environment: [String: String] = [:]
    ) async throws -> Outcome {
        try await run(arguments, input: input, environment: environment)
    }

    func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) async throws -> Outcome {
        try await execute([Self.binary] + arguments, input: input, environment: environment)
    }

    /// Runs any program to its end. Output goes to files, so that no full pipe can hold it up.
    func execute(
        _ command: [String], input: String = "", environment extra: [String: String] = [:]
    ) async throws -> Outcome {
        let name = folder + "/.run-" + UUID().uuidString
        let files = [".in", ".out", ".err"].map { name + $0 }
        defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
        try Data(input.utf8).write(to: URL(filePath: files[0]))
        let child = try ChildProcess.start(
            command, environment: environment.merging(extra) { _, given in given }, folder: folder, input: files[0],
            output: (files[1], files[2])
        )
        let status = await child.exit()
        return Outcome(status: status, output: try Self.text(files[1]), messages: try Self.text(files[2]))
    }

    /// Starts a command that stays.
    func start(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess.start([Self.binary] + arguments, environment: environment, folder: folder)
    }

    private static func text(_ file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
    }

    /// Changes the database behind the back of everybody.
    func change(_ sql: SQL) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let database = try await Database.open(.sqlite(path: folder + "/exeunt.sqlite"), logger: logger)
        try await database.write { db in _ = try db.execute(sql) }
        await database.close()
    }

    func write(_ text: String, as name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: folder + "/" + name))
        return folder + "/" + name
    }
}
