import Foundation
import Glibc
import Synchronization

/// A process that a test started. It inherits standard input, output and error and nothing else: a pipe that one child
/// holds for another by accident never ends, and Foundation's `Process` then waits for ever.
final class ChildProcess: Sendable {
    struct CannotStart: Error, Sendable { let code: Int32 }

    private struct State {
        var status: Int32?
        var said = ""
        var isSilent = false
        var exits: [CheckedContinuation<Int32, Never>] = []
        var words: [(word: String, resume: CheckedContinuation<Bool, Never>)] = []
    }

    private let state = Mutex(State())
    let pid: pid_t

    /// What it has written so far, if it writes into a pipe.
    var said: String { state.withLock { $0.said } }

    private init(pid: pid_t) { self.pid = pid }

    /// Starts a process.
    /// - Parameter output: files for standard output and error; nil reads both through one pipe.
    static func start(
        _ command: [String], environment: [String: String], folder: String, input: String = "/dev/null",
        output: (output: String, messages: String)? = nil
    ) throws -> ChildProcess {
        let (pid, reader) = try spawning.withLock { _ in
            try spawn(command, environment: environment, folder: folder, input: input, output: output)
        }
        let child = ChildProcess(pid: pid)
        child.watch(reader)
        return child
    }

    /// One at a time: between the making of a pipe and its mark as private, another child would inherit it.
    private static let spawning = Mutex(())

    private static func spawn(
        _ command: [String], environment: [String: String], folder: String, input: String,
        output: (output: String, messages: String)?
    ) throws -> (pid: pid_t, reader: Int32?) {
        var ends: [Int32] = [-1, -1]
        if output == nil {
            guard pipe(&ends) == 0 else { throw CannotStart(code: errno) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        if let output {
            posix_spawn_file_actions_addopen(&actions, 1, output.output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            posix_spawn_file_actions_addopen(&actions, 2, output.messages, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
            posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        }
        // The shell becomes the command, in its folder.
        let shell = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + command
        var arguments = shell.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, shell[0], &actions, nil, &arguments, &variables)
        if output == nil { close(ends[1]) }
        guard code == 0 else {
            if output == nil { close(ends[0]) }
            throw CannotStart(code: code)
        }
        return (pid, output == nil ? ends[0] : nil)
    }

    /// Blocking calls belong on threads of their own.
    private func watch(_ pipe: Int32?) {
        if let pipe { Thread.detachNewThread { [self] in read(pipe) } }
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            let exit = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f
            let waiting = state.withLock { state in
                state.status = exit
                defer { state.exits = [] }
                return state.exits
            }
            for continuation in waiting { continuation.resume(returning: exit) }
        }
    }

    private func read(_ pipe: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(pipe, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            take(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self), isSilent: count <= 0)
            if count <= 0 { break }
        }
        close(pipe)
    }

    private func take(_ text: String, isSilent: Bool) {
        let answered = state.withLock { state in
            state.said += text
            state.isSilent = state.isSilent || isSilent
            let answered = state.words.filter { state.isSilent || state.said.contains($0.word) }
                .map { (resume: $0.resume, value: state.said.contains($0.word)) }
            state.words.removeAll { state.isSilent || state.said.contains($0.word) }
            return answered
        }
        for waiter in answered { waiter.resume.resume(returning: waiter.value) }
    }

    /// The exit status, once it has one; 128 and the signal's number for a killed process.
    func exit() async -> Int32 {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Int32? in
                if state.status == nil { state.exits.append(continuation) }
                return state.status
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Returns once it wrote `word`; false if it will not any more.
    func says(_ word: String) async -> Bool {
        await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Bool? in
                if state.said.contains(word) { return true }
                if state.isSilent { return false }
                state.words.append((word, continuation))
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    /// Sends a signal, unless it is over already.
    func signal(_ number: Int32) {
        state.withLock { state in
            if state.status == nil { kill(pid, number) }
        }
    }
}
