import ArgumentParser
import ExeuntProvider
import Foundation

/// How a password gets in: typed twice without echo, or on standard input. Never as an argument, which every user of the
/// machine can read in the list of processes.
struct PasswordInput: ParsableArguments {
    @Flag(help: "Read the password from standard input instead of asking for it.")
    var passwordStdin = false

    /// The new password. Throws a `CommandFailure` where nobody can be asked.
    func read() throws -> String {
        if passwordStdin {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw CommandFailure("There is no password on standard input.")
            }
            return line
        }
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure("There is no terminal to ask for the password; use --password-stdin.")
        }
        let password = try Self.ask("New password: ")
        guard !password.isEmpty else { throw CommandFailure("A password must not be empty.") }
        guard try Self.ask("Again: ") == password else { throw CommandFailure("The two passwords differ.") }
        return password
    }

    private static func ask(_ prompt: String) throws -> String {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw CommandFailure("The terminal cannot be used.") }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else {
            throw CommandFailure("The terminal cannot hide what is typed; use --password-stdin.")
        }
        defer {
            var restored = settings
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &restored)
            StandardStreams.message("")
        }
        StandardStreams.prompt(prompt)
        guard let line = readLine(strippingNewline: true) else { throw CommandFailure("No password was typed.") }
        return line
    }
}
