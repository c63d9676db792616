import ExeuntTesting
import Foundation
import Synchronization

/// `exeunt serve`, or another command that stays, until a test stops it.
final class RunningServer: Sendable {
    /// What the process has said so far, and who waits for a word of it.
    private struct State {
        var messages = ""
        var isOver = false
        var waiters: [(word: String, resume: CheckedContinuation<Bool, Never>)] = []
    }

    private let state = Mutex(State())
    private let process: Process
    let port: Int

    var issuer: String { "http://localhost:\(port)" }
    var messages: String { state.withLock { $0.messages } }
    var pid: Int32 { process.processIdentifier }

    private init(_ process: Process, port: Int) {
        self.process = process
        self.port = port
    }

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
        let server = RunningServer(place.process(command), port: port)
        try server.start()
        do {
            guard await server.says(word) else { throw Failed(description: "did not start: \(server.messages)") }
            let result = try await body(server)
            let status = await server.stop()
            guard status == 0 else { throw Failed(description: "status \(status): \(server.messages)") }
            return result
        } catch {
            _ = await server.stop()
            throw error
        }
    }

    struct Failed: Error, CustomStringConvertible { let description: String }

    private func start() throws {
        try CommandPlace.start {
            connect()
            return process
        }
    }

    private func connect() {
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.take(String(decoding: data, as: UTF8.self), isOver: data.isEmpty)
        }
    }

    private func take(_ text: String, isOver: Bool) {
        let resumed = state.withLock { state in
            state.messages += text
            state.isOver = state.isOver || isOver
            let found = state.waiters.filter { state.isOver || state.messages.contains($0.word) }
            state.waiters.removeAll { waiter in state.isOver || state.messages.contains(waiter.word) }
            return found.map { (resume: $0.resume, value: state.messages.contains($0.word)) }
        }
        for waiter in resumed { waiter.resume.resume(returning: waiter.value) }
    }

    /// Returns once the process said `word`; false if it ended without. The suite's time limit bounds it.
    func says(_ word: String) async -> Bool {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Bool? in
                if state.messages.contains(word) { return true }
                if state.isOver { return false }
                state.waiters.append((word, continuation))
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Asks it to stop, and waits until it has.
    @discardableResult
    func stop() async -> Int32 {
        if process.isRunning { process.terminate() }
        _ = await says("\u{0}never said\u{0}")
        process.waitUntilExit()
        return process.terminationStatus
    }
}
