import HTTPTypes
import NIOCore
import NIOPosix
import OutgoingHTTP
import Testing

@Suite("Kept connections and fan-out")
struct KeptConnectionTests {
    private func url(_ server: LocalServer) -> String { "http://127.0.0.1:\(server.port)/" }

    @Test("Requests one after another share a connection")
    func reuse() async throws {
        try await withServer { server in
            let client = try makeClient()
            for number in 0..<5 {
                let response = try await client.outcome(url(server), method: .post, body: "x").get()
                #expect(response.reusedConnection == (number > 0))
            }
            #expect(server.connections == 1)
            #expect(server.arrivals.count == 5)
            #expect(server.arrivals.allSatisfy { !$0.head.contains("Connection:") })
        }
    }

    @Test(
        "What must not be kept is not",
        arguments: [
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 Smuggled\r\nContent-Length: 0\r\n\r\n",
        ])
    func notKept(text: String) async throws {
        try await withServer(answer: { _ in .text(text) }) { server in
            let client = try makeClient()
            for _ in 0..<2 { #expect(try await client.outcome(url(server)).get().reusedConnection == false) }
            #expect(server.connections == 2)
        }
    }

    @Test("Unrepeatable requests, and a client that keeps nothing, use fresh connections and say so")
    func fresh() async throws {
        try await withServer { server in
            let client = try makeClient()
            for _ in 0..<2 { #expect(await client.outcome(url(server), isRepeatable: false).status == 200) }
            let closing = try makeClient(keptConnections: KeptConnections(maximumPerOrigin: 0))
            for _ in 0..<2 { #expect(await closing.outcome(url(server)).status == 200) }
            #expect(server.connections == 4)
            #expect(server.arrivals.allSatisfy { $0.head.contains("Connection: close") })
        }
    }

    @Test("A kept connection that the server closes under the request is replaced once")
    func stale() async throws {
        try await withServer(answer: { $0.index == 0 ? .ok : .close }) { server in
            let client = try makeClient()
            for _ in 0..<3 { #expect(await client.outcome(url(server), method: .post, body: "x").status == 200) }
            #expect(server.connections == 3)
            #expect(server.arrivals.map(\.connection) == [1, 1, 2, 2, 3])
        }
    }

    @Test("A-32: the second try after a stale connection carries a body of its own where the request can make one")
    func renewed() async throws {
        try await withServer(answer: { $0.index == 0 ? .ok : .close }) { server in
            let client = try makeClient()
            let request = OutgoingRequest(
                method: .post, url: try OutgoingURL(url(server)), body: Array("first".utf8),
                renewedBody: { Array("second try".utf8) }
            )
            for _ in 0..<2 { #expect(try await client.send(request).status == 200) }
            #expect(server.arrivals.map(\.body) == ["first", "first", "second try"])
        }
    }

    @Test("A fresh connection that the server closes is not tried again, nor one that had begun to answer")
    func noBlindRetry() async throws {
        try await withServer(answer: { _ in .close }) { server in
            let client = try makeClient()
            #expect(await client.outcome(url(server), method: .post).failure == .closed)
            #expect(server.arrivals.count == 1)
        }
        try await withServer(answer: { $0.index == 0 ? .ok : .text("HTTP/1.1 2", close: true) }) { server in
            let client = try makeClient()
            #expect(await client.outcome(url(server)).status == 200)
            #expect(await client.outcome(url(server)).failure == .closed)
            #expect(server.arrivals.count == 2)
        }
    }

    @Test("A connection that the server closes while it is idle goes unnoticed by the next request")
    func closedWhileIdle() async throws {
        let answer = Answer.text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", close: true)
        try await withServer(answer: { _ in answer }) { server in
            let client = try makeClient()
            for _ in 0..<5 { #expect(await client.outcome(url(server)).status == 200) }
            #expect(server.connections == 5)
        }
    }

    @Test("No more idle connections are kept than allowed, and none longer than allowed")
    func bounds() async throws {
        try await withServer { server in
            let client = try makeClient(keptConnections: KeptConnections(maximumPerOrigin: 2, idle: .milliseconds(50)))
            await withTaskGroup { group in
                for _ in 0..<6 { group.addTask { #expect(await client.outcome(url(server)).status == 200) } }
            }
            await server.waitForClose(server.connections)
        }
    }

    @Test("Shutdown closes idle connections and refuses what comes later")
    func shutdown() async throws {
        try await withServer { server in
            let client = try makeClient(keptConnections: KeptConnections(idle: .seconds(600)))
            #expect(await client.outcome(url(server)).status == 200)
            await client.shutdown()
            await server.waitForClose()
            #expect(await client.outcome(url(server)).failure == .shutDown)
            #expect(server.connections == 1)
        }
    }

    @Test("A-45: a thousand requests at once, to a thousand addresses and onto one origin")
    func fanOut() async throws {
        // Threads of their own: a thousand unoptimised requests would delay the deadlines that other tests measure.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let server = try await LocalServer.start(host: "0.0.0.0", group: group)
        let client = try makeClient(group: group)
        var times: [Duration] = []
        for _ in 0..<3 {
            times.append(
                try await fanOut(client) { "http://127.0.\($0 / 250).\($0 % 250 + 1):\(server.port)/logout" }
            )
        }
        #expect(server.arrivals.count == 3_000)
        #expect(Set(server.arrivals.map(\.localAddress)).count == 1_000)
        let one = try await fanOut(client) { _ in "http://127.0.0.1:\(server.port)/logout" }
        #expect(server.arrivals.count == 4_000)
        print("1,000 POSTs to 1,000 addresses: \(times); onto one origin: \(one)")
        await client.shutdown()
        await server.stop()
        try await group.shutdownGracefully()
    }

    private func fanOut(_ client: OutgoingClient, _ address: @Sendable (Int) -> String) async throws -> Duration {
        let body = Array("logout_token=\(String(repeating: "e", count: 600))".utf8)
        let requests = try (0..<1_000).map {
            OutgoingRequest(method: .post, url: try OutgoingURL(address($0)), body: body)
        }
        let start = ContinuousClock.now
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for request in requests {
                group.addTask { try await client.send(request).status == 200 ? 1 : 0 }
            }
            return try await group.reduce(0, +)
        }
        #expect(answered == 1_000)
        return start.duration(to: .now)
    }
}
