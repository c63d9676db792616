import CArgon2
import Foundation
import NIOPosix
import Synchronization

/// Hashes and verifies passwords with Argon2id on threads of its own: tens of milliseconds of pure computing and 19 MiB
/// each would stall every other request on the cooperative pool.
package final class PasswordHasher: Sendable {
    /// Why there is no answer.
    package enum Failure: Error, Sendable, Hashable {
        /// Too many sign-ins at once; an answer of 503, and nothing is counted against the person.
        case overloaded
        /// Empty, or longer than ``PasswordHasher/maximumBytes``.
        case unusablePassword
        /// libargon2's own code, such as no memory.
        case library(Int32)
    }

    /// In UTF-8. Longer ones only serve to burn time.
    package static let maximumBytes = 1024

    private let parameters: PasswordParameters
    private let threads: NIOThreadPool
    private let waiting = Mutex(0)
    private let maximumWaiting: Int

    /// - Parameters:
    ///   - parameters: what new hashes cost; tests use tiny ones.
    ///   - threads: how many are computed at once.
    ///   - maximumWaiting: how many may be under way or waiting; one more is refused.
    package init(parameters: PasswordParameters = PasswordParameters(), threads: Int = 2, maximumWaiting: Int = 64) {
        self.parameters = parameters
        self.threads = NIOThreadPool(numberOfThreads: threads)
        self.maximumWaiting = maximumWaiting
        self.threads.start()
    }

    deinit {
        threads.shutdownGracefully { _ in }
    }

    /// A PHC string with a new salt. Throws a ``Failure``.
    package func hash(_ password: String) async throws -> String {
        let bytes = try Self.bytes(password)
        return try await run { [parameters] in try Self.hash(bytes, parameters) }
    }

    /// Whether the password is the one of `stored`. For an account that does not exist, or has no password, pass nil: it
    /// takes as long, so that the time does not tell which usernames exist. Throws a ``Failure``.
    package func verify(_ password: String, against stored: String?) async throws -> Bool {
        // A password that nobody can have set still costs the same time.
        let bytes = (try? Self.bytes(password)) ?? [0]
        let usable = bytes != [0]
        return try await run { [parameters] in
            guard usable, let stored, let record = PasswordRecord(stored) else {
                _ = try Self.hash(bytes, parameters)
                return false
            }
            return try Self.verify(bytes, stored, record)
        }
    }

    /// Whether a stored hash should be replaced at the next successful sign-in.
    package func needsRehash(_ stored: String) -> Bool {
        guard let record = PasswordRecord(stored) else { return true }
        return !record.isCurrentVariant || record.parameters != parameters
    }

    private func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        let admitted = waiting.withLock { count in
            guard count < maximumWaiting else { return false }
            count += 1
            return true
        }
        guard admitted else { throw Failure.overloaded }
        defer { waiting.withLock { $0 -= 1 } }
        return try await threads.runIfActive(body)
    }

    /// RFC 8265 §4.2: the same password typed on two systems may arrive composed or decomposed.
    private static func bytes(_ password: String) throws(Failure) -> [UInt8] {
        guard password.utf8.count <= 4 * maximumBytes else { throw Failure.unusablePassword }
        let bytes = Array(password.precomposedStringWithCanonicalMapping.utf8)
        guard !bytes.isEmpty, bytes.count <= maximumBytes, !bytes.contains(0) else { throw Failure.unusablePassword }
        return bytes
    }

    private static func hash(_ password: [UInt8], _ cost: PasswordParameters) throws(Failure) -> String {
        var random = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        let length = argon2_encodedlen(cost.iterations, cost.memory, cost.lanes, 16, 32, Argon2_id)
        var encoded = [CChar](repeating: 0, count: length)
        let code = argon2id_hash_encoded(
            cost.iterations, cost.memory, cost.lanes, password, password.count, salt, salt.count, 32, &encoded, length
        )
        guard code == ARGON2_OK.rawValue else { throw Failure.library(code) }
        return String(decoding: encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// libargon2 compares the result in constant time.
    private static func verify(
        _ password: [UInt8], _ stored: String, _ record: PasswordRecord
    ) throws(Failure) -> Bool {
        let code = argon2_verify(stored, password, password.count, record.isCurrentVariant ? Argon2_id : Argon2_i)
        switch code {
        case ARGON2_OK.rawValue: return true
        case ARGON2_VERIFY_MISMATCH.rawValue: return false
        default: throw Failure.library(code)
        }
    }
}
