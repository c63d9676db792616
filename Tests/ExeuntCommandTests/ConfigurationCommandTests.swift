import ExeuntTesting
import Foundation
import OpenIDTypes
import Testing

@Suite("Configuration on the command line", .timeLimit(.minutes(2)))
struct ConfigurationCommandTests {
    @Test("several errors are reported together, by name, and nothing is started or created")
    func together() async throws {
        let place = try CommandPlace(["EXEUNT_ISSUR": "x", "EXEUNT_LISTEN": "nowhere"])
        let file = try place.write("lifetimes:\n  session-idle: soon\nunknown: 1\n", as: "exeunt.yaml")
        let outcome = try await place.run("serve", "--config", file, "--tls-key", "/nowhere", "--issuer", "http://a.b")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        for name in [
            "EXEUNT_ISSUR", "EXEUNT_LISTEN", "lifetimes.session-idle in exeunt.yaml", "unknown in exeunt.yaml",
            "--tls-key", "--tls-certificate", "--issuer",
        ] {
            #expect(outcome.messages.contains("  \(name): "), "\(name): \(outcome)")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place.folder).contains { $0.hasSuffix(".sqlite") }
                == false)
    }

    @Test("plain http needs --development, and then says so loudly")
    func development() async throws {
        let place = try CommandPlace()
        let refused = try await place.run("serve", "--issuer", "http://localhost:8080")
        #expect(refused.status == 1)
        #expect(refused.messages.contains("--development"))
        try await RunningServer.serve(place) { server in
            #expect(server.messages.contains("DEVELOPMENT MODE"))
        }
    }

    @Test("flags over environment over file")
    func precedence() async throws {
        let place = try CommandPlace(["EXEUNT_DATABASE": "sqlite:environment.sqlite"])
        let file = try place.write("database: sqlite:file.sqlite\n", as: "exeunt.yaml")
        _ = try await place.run("migrate", "--config", file)
        _ = try await place.run("migrate", "--config", file, "--database", "sqlite:flag.sqlite")
        _ = try await place.run("migrate", "--config", file, environment: ["EXEUNT_DATABASE": ""])
        let files = try FileManager.default.contentsOfDirectory(atPath: place.folder).filter { $0.hasSuffix(".sqlite") }
        #expect(files.sorted() == ["environment.sqlite", "file.sqlite", "flag.sqlite"])
    }

    @Test("A-89: doctor shows the effective values without secrets, and fails on what is wrong")
    func doctor() async throws {
        let key = Data(repeating: 9, count: 32).base64EncodedString()
        let place = try CommandPlace(["EXEUNT_SECRET_KEY": key])
        let broken = try await place.run(
            "doctor", "--json", "--issuer", "https://id.invalid", "--trusted-proxy", "10.0.0.0/8")
        #expect(broken.status == 1)
        #expect(broken.json?["healthy"] == false)
        #expect(broken.json?["configuration"]?["issuer"] == "https://id.invalid")
        #expect(!broken.output.contains(key) && !broken.messages.contains(key))
        try await RunningServer.serve(place) { server in
            let well = try await place.run(
                "doctor", "--json", "--development", "--issuer", server.issuer, "--listen", "127.0.0.1:\(server.port)"
            )
            #expect(well.status == 0, "\(well)")
            #expect(well.json?["healthy"] == true)
            let checks = well.json?["checks"]?.array ?? []
            let states = Dictionary(
                checks.map { ($0["check"]?.string ?? "", $0["status"]?.string ?? "") }, uniquingKeysWith: { a, _ in a }
            )
            for name in ["database", "schema", "secret key", "server", "issuer", "clients", "deliveries"] {
                #expect(states[name] == "ok", "\(name) in \(checks)")
            }
        }
    }

    @Test(
        "every command explains itself, with an abstract",
        arguments: [
            "serve", "demo", "users add", "users update", "users import", "users list", "users show", "users disable",
            "users enable", "users delete", "users set-password", "clients add", "clients list", "clients show",
            "clients update", "clients delete", "sessions list", "logout", "logouts list", "logouts show",
            "deliveries list",
            "deliveries resend", "keys list", "keys rotate", "migrate", "backup", "restore", "doctor",
        ])
    func help(_ command: String) async throws {
        let place = try CommandPlace()
        let outcome = try await place.run(command.split(separator: " ").map(String.init) + ["--help"])
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("OVERVIEW: "))
        #expect(outcome.output.contains("--json"))
    }
}
