import ArgumentParser
import ExeuntProvider
import Foundation
import OpenIDTypes
import SQLStore

/// Why a command failed, in words for the operator; ArgumentParser prints it on standard error, with exit status 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// Runs `body` and turns every error into its sentence.
    static func explaining(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as ExitCode {
            throw error
        } catch {
            throw CommandFailure(sentence(error))
        }
    }

    static func sentence(_ error: any Error) -> String {
        switch error {
        case let errors as ConfigurationErrors: configuration(errors)
        case let refusals as RegistrationRefusals: registration(refusals)
        case let error as SQLError: database(error)
        case PasswordHasher.Failure.overloaded: "Too many passwords are being checked at once; try again."
        case PasswordHasher.Failure.library(let code): "The password could not be hashed (libargon2 error \(code))."
        // Foundation's own errors describe themselves over several lines.
        case let error as CocoaError: error.localizedDescription
        default: "\(error)"
        }
    }

    private static func configuration(_ errors: ConfigurationErrors) -> String {
        guard errors.problems.count > 1 else { return errors.description }
        return "The configuration has \(errors.problems.count) errors:\n"
            + errors.problems.map { "  \($0)" }.joined(separator: "\n")
    }

    private static func registration(_ refusals: RegistrationRefusals) -> String {
        guard refusals.refusals.count > 1 else { return refusals.publicText }
        return "The client's metadata has \(refusals.refusals.count) errors:\n"
            + refusals.refusals.map { "  \($0.publicText)" }.joined(separator: "\n")
    }

    /// `SQLError`'s texts begin with a small letter, and so fit behind "Cannot open it: …" as well.
    private static func database(_ error: SQLError) -> String {
        let text = error.description
        let capital = text.prefix(1).uppercased() + text.dropFirst()
        return capital.hasSuffix(".") ? capital : capital + "."
    }
}
