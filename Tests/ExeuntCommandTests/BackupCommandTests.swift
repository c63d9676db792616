import Foundation
import OpenIDTypes
import Testing

@Suite("exeunt backup and restore", .timeLimit(.minutes(2)))
struct BackupCommandTests {
    @Test("beside a running server; the restore refuses while it runs, and ends everything when it does not")
    func beside() async throws {
        let place = try CommandPlace()
        try await RunningServer.serve(place) { _ in
            _ = try await place.run("users", "add", "anna", "--no-password")
            let backup = try await place.run("backup", "copy.sqlite", "--json")
            #expect(backup.status == 0, "\(backup)")
            #expect(backup.json?["file"] == "copy.sqlite")
            #expect(backup.json?["secret_key_file"] == "exeunt.sqlite.key")
            #expect(try await place.run("backup", "copy.sqlite").status == 1)
            let refused = try await place.run("restore", "copy.sqlite", "--force")
            #expect(refused.status == 1)
            #expect(refused.messages.contains("server runs"))
        }
        _ = try await place.run("users", "delete", "anna")
        #expect(try await place.run("restore", "copy.sqlite").messages.contains("--force"))
        let restored = try await place.run("restore", "copy.sqlite", "--force", "--json")
        #expect(restored.status == 0, "\(restored)")
        #expect(restored.json?["replaced"]?.string?.contains(".replaced-") == true)
        #expect(try await place.run("users", "list", "--json").json?.array?.map { $0["username"] } == ["anna"])
        try await RunningServer.serve(place) { _ in }
    }

    @Test("PostgreSQL has tools of its own, and is told which", arguments: ["backup", "restore"])
    func postgres(_ command: String) async throws {
        let place = try CommandPlace(["EXEUNT_DATABASE": "postgres://u@localhost/d", "EXEUNT_SECRET_KEY_FILE": "k"])
        let outcome = try await place.run(command, "file")
        #expect(outcome.status == 1)
        #expect(outcome.messages.contains("pg_"))
    }
}
