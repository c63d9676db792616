import ExeuntTesting
import Foundation
import Glibc

/// `exeunt serve`, or another command that stays, for as long as a test's body runs.
struct RunningServer: Sendable {
    private let process: ChildProcess
    let port: Int

    var issuer: String { "http://localhost:\(port)" }
    /// Standard output and error together.
    var messages: String { process.said }

    struct Failed: Error, CustomStringConvertible { let description: String }

    /// Serves for as long as `body` runs, then stops by SIGTERM; the exit status must be 0.
    static func serve<R: Sendable>(
        _ place: CommandPlace, _ arguments: [String] = [], _ body: @Sendable (RunningServer) async throws -> R
    ) async throws -> R {
        let port = try FreePort.find()
        let command = ["serve", "--development", "--listen", "127.0.0.1:\(port)"] + arguments
        return try await run(place, command, until: "listening on", port: port, body)
    }

    static func run<R: Sendable>(
        _ place: CommandPlace, _ command: [String], until word: String, port: Int,
        _ body: @Sendable (RunningServer) async throws -> R
    ) async throws -> R {
        let server = RunningServer(process: try place.start(command), port: port)
        do {
            guard await server.process.says(word) else {
                throw Failed(description: "did not start: \(server.messages)")
            }
            let result = try await body(server)
            let status = await server.stop()
            guard status == 0 else { throw Failed(description: "status \(status): \(server.messages)") }
            return result
        } catch {
            _ = await server.stop()
            throw error
        }
    }

    private func stop() async -> Int32 {
        process.signal(SIGTERM)
        return await process.exit()
    }
}
