package import SQLStore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// The key that encrypts secrets at rest: where it comes from, and the proof that it is the database's own.
///
/// A key is created only together with an empty SQLite database. In every other case a missing key is a mistake, and a
/// new one would make all that is sealed unreadable.
package enum MasterKeyFile {
    /// Why the provider does not start; one sentence for the operator.
    package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// The box of a migrated database.
    /// - Throws: ``Failure``.
    package static func open(_ source: MasterKeySource, database: Database) async throws -> SecretBox {
        let known = try await database.read { db in
            try db.row("SELECT value FROM meta WHERE key = 'master_key_check'")?.value("value", as: String.self)
        }
        let isEmpty = try await database.read { db in try db.row("SELECT kid FROM signing_keys LIMIT 1") == nil }
        let mayCreate = known == nil && isEmpty && database.engine == .sqlite
        let box = SecretBox(masterKey: try bytes(source, mayCreate: mayCreate))
        let check = box.checkValue
        let stored = try await database.write { db in
            try db.execute(
                "INSERT INTO meta (key, value) VALUES ('master_key_check', \(check)) ON CONFLICT (key) DO NOTHING"
            )
            return try db.row("SELECT value FROM meta WHERE key = 'master_key_check'")?.value("value", as: String.self)
        }
        guard let stored, RandomToken.constantTimeEqual(Array(stored.utf8), Array(check.utf8)) else {
            throw Failure(
                description: "The secret key\(place(source)) is not the one that this database was made with.")
        }
        return box
    }

    private static func bytes(_ source: MasterKeySource, mayCreate: Bool) throws -> [UInt8] {
        switch source {
        case .bytes(let bytes):
            guard bytes.count == 32 else { throw Failure(description: "The secret key must have 32 bytes.") }
            return bytes
        case .file(let path):
            if let bytes = try read(path) { return bytes }
            guard mayCreate else {
                throw Failure(
                    description: "The secret key file \(path) is missing; this database cannot be used without its key."
                )
            }
            try create(path)
            guard let bytes = try read(path) else {
                throw Failure(description: "The secret key file \(path) has just been removed.")
            }
            return bytes
        }
    }

    private static func place(_ source: MasterKeySource) -> String {
        if case .file(let path) = source { " in \(path)" } else { "" }
    }

    /// The 32 bytes, written as base64, base64url or hexadecimal in one line; nil if there is no such file.
    private static func read(_ path: String) throws -> [UInt8]? {
        let descriptor = path.withCString { Glibc.open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Failure(description: "The secret key file \(path) cannot be read: \(reason()).")
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw Failure(description: "The secret key file \(path) cannot be read: \(reason()).") }
        guard let bytes = SecretKeyText.decode(Array(buffer.prefix(count))) else {
            throw Failure(description: "The secret key file \(path) must hold 32 bytes in base64 or hexadecimal.")
        }
        return bytes
    }

    /// Complete or not at all: the file gets its name only when its content is on disk, and never replaces another.
    private static func create(_ path: String) throws {
        let temporary = "\(path).\(RandomToken.make(bytes: 8))"
        let descriptor = temporary.withCString { Glibc.open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { throw unwritable(path) }
        defer { unlink(temporary) }
        let text = Array((RandomToken.make(bytes: 32) + "\n").utf8)
        let written = text.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        let isDurable = written == text.count && fsync(descriptor) == 0
        close(descriptor)
        guard isDurable else { throw unwritable(path) }
        // EEXIST: another process was quicker, and its key is as good.
        guard link(temporary, path) == 0 || errno == EEXIST else { throw unwritable(path) }
    }

    private static func unwritable(_ path: String) -> Failure {
        Failure(description: "The secret key file \(path) cannot be created: \(reason()).")
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
