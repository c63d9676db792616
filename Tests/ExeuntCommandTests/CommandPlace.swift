import Foundation
import Logging
import OpenIDTypes
import SQLStore
import Synchronization

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

    func process(_ arguments: [String], _ extra: [String: String] = [:]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: Self.binary)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = environment.merging(extra) { _, given in given }
        return process
    }

    /// Runs a command to its end. Output goes to files, so that no full pipe can hold it up.
    func run(
        _ arguments: String..., input: String = "", environment: [String: String] = [:]
    ) async throws -> Outcome {
        try await run(arguments, input: input, environment: environment)
    }

    func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) async throws -> Outcome {
        try await run(process(arguments, environment), input: input)
    }

    /// Runs a process to its end.
    func run(_ process: Process, input: String = "") async throws -> Outcome {
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = process.environment ?? environment
        let name = folder + "/.run-" + UUID().uuidString
        let (output, messages) = (name + ".out", name + ".err")
        for file in [output, messages] { try Data().write(to: URL(filePath: file)) }
        try Data(input.utf8).write(to: URL(filePath: name + ".in"))
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: name + ".in"))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: messages))
        try await Self.finish(process)
        return Outcome(
            status: process.terminationStatus, output: try Self.text(output), messages: try Self.text(messages)
        )
    }

    private static func text(_ file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: file)), as: UTF8.self)
    }

    /// One process is started at a time. Foundation watches a child by a socket whose other end only that child should
    /// hold; a child that is started in the same moment inherits it too, and then the first one's end is noticed only
    /// when the second has ended as well.
    private static let starting = Mutex(())

    static func start(_ prepare: () throws -> Process) throws {
        try starting.withLock { _ in try prepare().run() }
    }

    static func finish(_ process: Process) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try start { process }
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
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
