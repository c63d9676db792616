import HTTPTypes
import NIOCore
import OutgoingHTTP
import Testing

@Suite("The guard around every request")
struct GuardTests {
    @Test("A-37: the connection goes to the address that was checked, and each request checks anew")
    func rebinding() async throws {
        try await withServer(host: "0.0.0.0") { server in
            let resolver = FakeResolver(["127.0.0.7"], ["127.0.0.8"], ["127.0.0.7"])
            let client = try makeClient(allow: ["127.0.0.7"], development: false, resolver: resolver)
            let url = "http://rp.example.com:\(server.port)/logout"
            #expect(await client.outcome(url).status == 200)
            // The kept connection to the checked address is still there; the new answer forbids the request anyway.
            let second = await client.outcome(url)
            let forbidden = try #require(IPAddress("127.0.0.8"))
            #expect(second.failure == .refused(.address(forbidden, .loopback)))
            #expect(await client.outcome(url).status == 200)
            #expect(resolver.asked.count == 3)
            #expect(server.arrivals.map(\.localAddress) == ["127.0.0.7", "127.0.0.7"])
            #expect(server.arrivals.first?.head.contains("Host: rp.example.com:\(server.port)") == true)
        }
    }

    @Test("A-37: a kept connection serves only the address that a name has now")
    func movedName() async throws {
        try await withServer(host: "0.0.0.0") { server in
            let client = try makeClient(resolver: FakeResolver(["127.0.0.7"], ["127.0.0.8"]))
            let url = "http://rp.example.com:\(server.port)/"
            #expect(await client.outcome(url).status == 200)
            #expect(await client.outcome(url).status == 200)
            #expect(server.arrivals.map(\.localAddress) == ["127.0.0.7", "127.0.0.8"])
            #expect(server.connections == 2)
        }
    }

    @Test("A-38: redirects are answers, never followed", arguments: [300, 301, 302, 303, 307, 308])
    func redirects(status: Int) async throws {
        try await withServer { target in
            let location = "http://127.0.0.1:\(target.port)/internal"
            let answer = "HTTP/1.1 \(status) Moved\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n"
            try await withServer(answer: { _ in .text(answer) }) { server in
                let url = "http://rp.example.com:\(server.port)/"
                let outcome = try await makeClient().outcome(url, method: .post, body: "logout_token=x")
                #expect(outcome.status == status)
                #expect(try outcome.get().headers[.location] == location)
                #expect(server.arrivals.count == 1)
            }
            #expect(target.connections == 0)
        }
    }

    @Test("A request arrives as it was given, with the headers that are the client's own")
    func wire() async throws {
        try await withServer { server in
            let client = try makeClient()
            let outcome = await client.outcome(
                "http://rp.example.com:\(server.port)/a/../b?c=%0d%0a&d", method: .post,
                headers: [.contentType: "application/x-www-form-urlencoded", .authorization: "Bearer t"], body: "a=b")
            #expect(outcome.bodyText == "ok")
            let arrival = try #require(server.arrivals.first)
            #expect(
                arrival.head.split(separator: "\r\n") == [
                    "POST /a/../b?c=%0d%0a&d HTTP/1.1", "Host: rp.example.com:\(server.port)",
                    "Content-Type: application/x-www-form-urlencoded", "Authorization: Bearer t", "User-Agent: exeunt",
                    "Content-Length: 3",
                ])
            #expect(arrival.body == "a=b")
        }
    }

    @Test("No cookies: what a server sets is not sent back")
    func cookies() async throws {
        let answer = Answer.text("HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n")
        try await withServer(answer: { _ in answer }) { server in
            let client = try makeClient()
            _ = await client.outcome("http://rp.example.com:\(server.port)/")
            _ = await client.outcome("http://rp.example.com:\(server.port)/")
            #expect(server.arrivals.count == 2)
            #expect(server.arrivals.allSatisfy { !$0.head.lowercased().contains("cookie") })
        }
    }

    @Test(
        "A-40: framing headers cannot be set from outside",
        arguments: ["Host", "Content-Length", "Transfer-Encoding", "Connection", "TE", "Upgrade", "Expect", "Trailer"])
    func headers(name: String) async throws {
        let field = try #require(HTTPField.Name(name))
        try await withServer { server in
            let outcome = try await makeClient().outcome("http://127.0.0.1:\(server.port)/", headers: [field: "x"])
            #expect(outcome.failure == .refused(.header(name.lowercased())))
            #expect(server.connections == 0)
        }
    }

    @Test("A-40: line breaks in a header's value do not become lines")
    func headerInjection() async throws {
        let name = try #require(HTTPField.Name("X-Note"))
        try await withServer { server in
            _ = try await makeClient().outcome(
                "http://127.0.0.1:\(server.port)/", headers: [name: "a\r\nX-Evil: b\r\n\r\nGET / HTTP/1.1"])
            #expect(server.arrivals.count == 1)
            let lines = server.arrivals[0].head.split(separator: "\r\n")
            #expect(!lines.contains { $0.hasPrefix("X-Evil") })
        }
    }

    @Test(
        "localhost names reach loopback in development without a resolver", arguments: ["localhost", "one.localhost"])
    func localhost(host: String) async throws {
        try await withServer { server in
            let resolver = FakeResolver([])
            let client = try makeClient(resolver: resolver)
            #expect(await client.outcome("http://\(host):\(server.port)/").status == 200)
            #expect(resolver.asked.isEmpty)
            let strict = try makeClient(development: false, resolver: resolver)
            #expect(await strict.outcome("http://\(host):\(server.port)/").failure == .refused(.localName))
            #expect(server.connections == 1)
        }
    }

    @Test("The next address is tried when one does not answer, in order")
    func nextAddress() async throws {
        try await withServer(host: "127.0.0.9") { server in
            let client = try makeClient(resolver: FakeResolver(["127.0.0.10", "::1", "127.0.0.9"]))
            #expect(await client.outcome("http://rp.example.com:\(server.port)/").status == 200)
        }
    }

    @Test("A-42: refused connections, unknown names and empty answers are failures that did not arrive")
    func unreachable() async throws {
        let server = try await LocalServer.start()
        await server.stop()
        let refused = try await makeClient().outcome("http://rp.example.com:\(server.port)/")
        #expect(refused.failure == .connect("Connection refused"))
        let unknown = try await makeClient(resolver: FailingResolver()).outcome("http://rp.example.com/")
        #expect(unknown.failure == .resolve("Name or service not known"))
        let empty = try await makeClient(resolver: FakeResolver([])).outcome("http://rp.example.com/")
        #expect(empty.failure == .refused(.noAddress))
        for outcome in [refused, unknown, empty] { #expect(outcome.failure?.mayHaveArrived == false) }
    }

    @Test("The system's resolver: a known name, an unknown one, and many at once")
    func systemResolver() async throws {
        let resolver = SystemResolver()
        let found = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<50 {
                group.addTask { try await resolver.addresses(of: "127.0.0.1", port: 8_080).count }
            }
            return try await group.reduce(0, +)
        }
        #expect(found == 50)
        #expect(try await resolver.addresses(of: "127.0.0.1", port: 8_080).first?.port == 8_080)
        await #expect(throws: ResolutionError.self) {
            try await resolver.addresses(of: "name.that.cannot.exist.invalid", port: 80)
        }
        let cancelled = Task { try await resolver.addresses(of: "127.0.0.1", port: 1) }
        cancelled.cancel()
        _ = await cancelled.result
    }
}
