import ExeuntTesting
import Foundation
import Glibc
import OpenIDTypes
import SQLStore
import Testing

@Suite("Faults, in one clear sentence", .timeLimit(.minutes(2)))
struct FaultCommandTests {
    private func expectSentence(_ outcome: CommandPlace.Outcome, _ words: String) {
        #expect(outcome.status != 0, "\(outcome)")
        #expect(outcome.output.isEmpty, "\(outcome)")
        let lines = outcome.messages.split(separator: "\n")
        #expect(lines.count == 1, "\(outcome)")
        #expect(lines.first?.hasPrefix("Error: ") == true, "\(outcome)")
        #expect(outcome.messages.contains(words), "\(outcome)")
    }

    @Test("no database")
    func missing() async throws {
        let place = try CommandPlace()
        expectSentence(try await place.run("users", "list"), "exeunt migrate")
        #expect(!FileManager.default.fileExists(atPath: place.folder + "/exeunt.sqlite"))
        expectSentence(try await place.run("migrate", "--database", "sqlite:nowhere/exeunt.sqlite"), "folder")
    }

    @Test("a database of a newer version")
    func newer() async throws {
        let place = try CommandPlace()
        _ = try await place.run("migrate")
        try await place.change("INSERT INTO schema_migrations (version, name) VALUES (9999, 'future')")
        for command in [["users", "list"], ["migrate"], ["serve", "--development"]] {
            expectSentence(try await place.run(command), "version 9999")
        }
    }

    @Test("a database that is something else")
    func foreign() async throws {
        let place = try CommandPlace()
        let file = try place.write(String(repeating: "this is no database. ", count: 100), as: "exeunt.sqlite")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        expectSentence(try await place.run("migrate"), "atabase")
    }

    @Test("a read-only database")
    func readOnly() async throws {
        let place = try CommandPlace()
        _ = try await place.run("migrate")
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: place.folder + "/exeunt.sqlite")
        expectSentence(try await place.run("users", "add", "anna", "--no-password"), "read-only")
    }

    @Test("a key file that is damaged, missing or of another database")
    func keyFile() async throws {
        let place = try CommandPlace()
        try await RunningServer.serve(place) { _ in }
        let key = place.folder + "/exeunt.sqlite.key"
        let right = try Data(contentsOf: URL(filePath: key))
        #expect(try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? Int == 0o600)
        _ = try place.write("not a key", as: "exeunt.sqlite.key")
        expectSentence(try await place.run("keys", "list"), "32 bytes")
        _ = try place.write(Data(repeating: 1, count: 32).base64EncodedString(), as: "exeunt.sqlite.key")
        expectSentence(try await place.run("serve", "--development"), "not the one")
        try FileManager.default.removeItem(atPath: key)
        expectSentence(try await place.run("keys", "list"), "missing")
        #expect(!FileManager.default.fileExists(atPath: key))
        try right.write(to: URL(filePath: key))
        #expect(try await place.run("keys", "list", "--json").json?.array?.count == 3)
    }

    @Test("a taken port, for the server and for the demo")
    func takenPort() async throws {
        let place = try CommandPlace()
        try await RunningServer.serve(place) { server in
            let other = try CommandPlace()
            let second = try await other.run("serve", "--development", "--listen", "127.0.0.1:\(server.port)")
            #expect(second.status != 0)
            #expect(second.messages.contains("Error: Port \(server.port) is already in use"))
            let demo = try await other.run("demo", "--port", "\(server.port)", "--port-one", "1", "--port-two", "2")
            expectSentence(demo, "\(server.port) (choose another with --port)")
        }
    }

    @Test("another system user than the owner")
    func wrongOwner() async throws {
        let place = try CommandPlace()
        _ = try await place.run("migrate")
        // Only root can give a file away; anybody can point at a file of root's.
        if geteuid() == 0 {
            #expect(chown(place.folder + "/exeunt.sqlite", 1, 1) == 0)
            expectSentence(try await place.run("users", "list"), "belongs to system user 1")
        } else {
            expectSentence(
                try await place.run("users", "list", "--database", "sqlite:/etc/passwd"), "belongs to system user 0")
        }
    }

    @Test("a full disk")
    func fullDisk() async throws {
        let place = try CommandPlace()
        _ = try await place.run("migrate")
        // The limit of a file's size stands for the end of the disk: writes beyond it fail the same way.
        let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" users add anna --no-password"
        let outcome = try await place.execute(["/bin/sh", "-c", script, CommandPlace.binary])
        #expect(outcome.status != 0)
        #expect(outcome.messages.contains("Error: "), "\(outcome)")
        #expect(try await place.run("users", "list", "--json").json == [])
    }
}
