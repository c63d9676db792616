import ExeuntProvider
import Foundation
import OpenIDTypes
import SQLStore
import Testing

@Suite("The key that encrypts secrets at rest")
struct MasterKeyFileTests {
    private static func withPlace<R>(_ body: (String, Database) async throws -> R) async throws -> R {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("exeunt-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try await Database.open(.memory, logger: KeyPlace.logger)
        _ = try await database.migrate(Schema.migrations)
        return try await body(folder.appendingPathComponent("secret.key").path, database)
    }

    @Test("it is created together with an empty database, readable by its owner alone, and found again")
    func created() async throws {
        try await Self.withPlace { path, database in
            let box = try await MasterKeyFile.open(.file(path), database: database)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            #expect(try await MasterKeyFile.open(.file(path), database: database).checkValue == box.checkValue)
            let names = try FileManager.default.contentsOfDirectory(
                atPath: (path as NSString).deletingLastPathComponent)
            #expect(names == ["secret.key"])
        }
    }

    @Test("a missing key of a database in use is never replaced")
    func missing() async throws {
        try await Self.withPlace { path, database in
            _ = try await MasterKeyFile.open(.file(path), database: database)
            try FileManager.default.removeItem(atPath: path)
            await #expect(throws: MasterKeyFile.Failure.self) {
                try await MasterKeyFile.open(.file(path), database: database)
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test(
        "another key, or something else than a key, is refused with a sentence that does not show it",
        arguments: [
            String(repeating: "ab", count: 32), "short", "", "two words", String(repeating: "A", count: 44),
        ])
    func mismatch(content: String) async throws {
        try await Self.withPlace { path, database in
            _ = try await MasterKeyFile.open(.bytes([UInt8](repeating: 7, count: 32)), database: database)
            try content.write(toFile: path, atomically: true, encoding: .utf8)
            let failure = try await #require(throws: MasterKeyFile.Failure.self) {
                try await MasterKeyFile.open(.file(path), database: database)
            }
            #expect(failure.description.contains(path))
            #expect(content.isEmpty || !failure.description.contains(content))
        }
    }

    @Test("the spellings that operators' tools print are the same key")
    func spellings() async throws {
        let bytes = [UInt8](repeating: 0xFB, count: 32)
        let spellings = [
            Data(bytes).base64EncodedString() + "\n", Base64URL.encode(bytes),
            String(repeating: "fb", count: 32) + "\n",
            String(repeating: "FB", count: 32),
        ]
        for spelling in spellings {
            try await Self.withPlace { path, database in
                try spelling.write(toFile: path, atomically: true, encoding: .utf8)
                let box = try await MasterKeyFile.open(.file(path), database: database)
                #expect(box.checkValue == SecretBox(masterKey: bytes).checkValue)
            }
        }
    }
}
