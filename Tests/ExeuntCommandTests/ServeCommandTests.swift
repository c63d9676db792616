import ExeuntTesting
import Foundation
import OpenIDTypes
import Testing

@Suite("exeunt serve and demo", .timeLimit(.minutes(3)))
struct ServeCommandTests {
    @Test("creates its database with a message, answers health, and drains on SIGTERM with status 0")
    func serve() async throws {
        let place = try CommandPlace()
        try await RunningServer.serve(place) { server in
            #expect(server.messages.contains("Created the database"))
            #expect(try await Browser().get(server.issuer + "/health/live").status == 200)
            #expect(try await Browser().get(server.issuer + "/health/ready").status == 200)
            let document = try await Browser().get(server.issuer + "/.well-known/openid-configuration")
            #expect(document.json?["issuer"]?.string == server.issuer)
        }
        let mode = try FileManager.default.attributesOfItem(atPath: place.folder + "/exeunt.sqlite")[.posixPermissions]
        #expect(mode as? Int == 0o600)
        try await RunningServer.serve(place) { server in #expect(!server.messages.contains("Created")) }
    }

    @Test("A-89: logs as JSON are one object per line, without anything secret of a request")
    func jsonLogs() async throws {
        let place = try CommandPlace()
        try await RunningServer.serve(place, ["--log-format", "json", "--log-level", "trace"]) { server in
            let browser = try Browser()
            _ = try await browser.get(server.issuer + "/oidc/logout?id_token_hint=eyJhbGciOiJub25lIn0.e30.c2VjcmV0")
            _ = try await browser.post(
                server.issuer + "/oidc/token", [("code", "hunter2"), ("client_secret", "hunter3")])
            let lines = server.messages.split(separator: "\n").filter { $0.hasPrefix("{") }
            #expect(!lines.isEmpty)
            for line in lines { #expect(throws: Never.self) { try JSONValue.parse(Array(line.utf8)) } }
            for secret in ["eyJ", "hunter2", "hunter3"] { #expect(!server.messages.contains(secret)) }
        }
    }

    @Test("the demo: two applications that can be signed in to, and the same account the next time")
    func demo() async throws {
        let place = try CommandPlace()
        let ports = try (FreePort.find(), FreePort.find(), FreePort.find())
        let command = [
            "demo", "--json", "--port", "\(ports.0)", "--port-one", "\(ports.1)", "--port-two", "\(ports.2)",
        ]
        let first = try await RunningServer.run(place, command, until: "}\n}", port: ports.0) { server in
            let said = server.messages
            let (start, end) = (try #require(said.firstIndex(of: "{")), try #require(said.lastIndex(of: "}")))
            let answer = try JSONValue.parse(Array(said[start...end].utf8))
            let password = try #require(answer["account"]?["password"]?.string)
            #expect(answer["issuer"]?.string == server.issuer)
            let one = try #require(answer["applications"]?.strings?.first)
            #expect(one == "http://one.localhost:\(ports.1)")
            let browser = try Browser()
            let login = try await browser.follow(try await browser.get(one + "/login"), within: server.issuer)
            let done = try await browser.follow(
                try await browser.submit("login-form", on: login, [("username", "demo"), ("password", password)]),
                within: server.issuer
            )
            let back = try await browser.follow(try await browser.get(try #require(done.location)), within: one)
            #expect(back.text.contains("data-signed-in=\"true\""))
            return password
        }
        try await RunningServer.run(place, command, until: "}\n}", port: ports.0) { server in
            #expect(server.messages.contains(first))
        }
    }
}
