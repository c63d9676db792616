import HTTPTypes
import OutgoingHTTP
import Testing

@Suite("Servers that are slow, endless or talk nonsense")
struct HostileServerTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let answer: Answer
        let failure: OutgoingFailure
        var testDescription: String { name }
    }

    static let head = "HTTP/1.1 200 OK\r\n"

    @Test(
        "A-41: each ends by the deadline",
        arguments: [
            Row(name: "silent", answer: .nothing, failure: .timeout(phase: .response)),
            Row(name: "half a head", answer: .text("HTTP/1.1 200 OK\r\nX: "), failure: .timeout(phase: .response)),
            Row(name: "interim only", answer: .text("HTTP/1.1 103 E\r\n\r\n"), failure: .timeout(phase: .response)),
            Row(name: "dripping head", answer: .drip("HTTP/1.1 200 OK\r\nX: "), failure: .timeout(phase: .response)),
            Row(name: "dripping body", answer: .drip(head + "\r\n"), failure: .timeout(phase: .body)),
            Row(
                name: "dripping length", answer: .drip(head + "Content-Length: 60000\r\n\r\n"),
                failure: .timeout(phase: .body)),
            Row(name: "never closing", answer: .text(head + "\r\nall of it"), failure: .timeout(phase: .body)),
            Row(
                name: "short body", answer: .text(head + "Content-Length: 10\r\n\r\nshort"),
                failure: .timeout(phase: .body)),
        ])
    func bounded(row: Row) async throws {
        try await withServer(answer: { _ in row.answer }) { server in
            let client = try makeClient()
            let limits = OutgoingLimits(deadline: .seconds(4), connectTimeout: .seconds(4))
            let start = ContinuousClock.now
            let outcome = await client.outcome("http://127.0.0.1:\(server.port)/", method: .post, limits: limits)
            let elapsed = start.duration(to: .now)
            #expect(outcome.failure == row.failure)
            #expect(outcome.failure?.mayHaveArrived == true)
            #expect(elapsed >= .milliseconds(3_900) && elapsed < .seconds(20))
            // The connection is closed, not left behind.
            await server.waitForClose()
        }
    }

    @Test(
        "A-41: an endless body is cut at the limit and the status counts",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n",
        ])
    func endless(head: String) async throws {
        try await withServer(answer: { _ in .flood(head) }) { server in
            let response = try await makeClient().outcome("http://127.0.0.1:\(server.port)/").get()
            #expect(response.status == 200)
            #expect(response.bodyTruncated)
            #expect(response.body.count == 64 * 1_024)
            await server.waitForClose()
            #expect(server.written < 64 * 1_024 * 1_024)
        }
    }

    @Test("A-41: endless heads, interim answers and reasons end at the head's limit")
    func endlessHead() async throws {
        let long = String(repeating: "x", count: 40_000)
        let many = (0..<200).map { "X-\($0): y\r\n" }.joined()
        let interim = String(repeating: "HTTP/1.1 103 Early\r\nLink: <x>\r\n\r\n", count: 2_000)
        for text in [
            "HTTP/1.1 200 \(long)", "HTTP/1.1 200 OK\r\nX: \(long)", "HTTP/1.1 200 OK\r\n\(many)\r\n", interim,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: \(long)",
        ] {
            try await withServer(answer: { _ in .text(text) }) { server in
                let outcome = try await makeClient().outcome("http://127.0.0.1:\(server.port)/")
                #expect(outcome.failure == .tooLarge)
            }
        }
    }

    @Test("A-41: a resolver that never answers meets the deadline")
    func hangingResolver() async throws {
        let limits = OutgoingLimits(deadline: .milliseconds(200))
        let client = try makeClient(resolver: HangingResolver())
        let outcome = await client.outcome("http://rp.example.com/", limits: limits)
        #expect(outcome.failure == .timeout(phase: .resolve))
    }

    @Test("A-41: hanging servers delay no other, and cancelling closes their connections")
    func isolation() async throws {
        let hanging = try await LocalServer.start(answer: { _ in .nothing })
        let good = try await LocalServer.start()
        let client = try makeClient()
        let count = 50
        let failures = await withTaskGroup(of: OutgoingFailure?.self) { group in
            for _ in 0..<count {
                group.addTask {
                    await client.outcome(
                        "http://127.0.0.1:\(hanging.port)/", limits: OutgoingLimits(deadline: .seconds(60))
                    ).failure
                }
            }
            // All of these end while all of those hang: the group is cancelled only afterwards.
            for _ in 0..<count {
                let outcome = await client.outcome(
                    "http://127.0.0.1:\(good.port)/", limits: OutgoingLimits(deadline: .seconds(10)))
                #expect(outcome.status == 200)
            }
            group.cancelAll()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failures == Array(repeating: .cancelled, count: count))
        await hanging.stop()
        await good.stop()
    }

    @Test("Cancelling closes the connection")
    func cancellation() async throws {
        let (arrived, signal) = AsyncStream<Void>.makeStream()
        try await withServer(
            answer: { _ in
                signal.yield()
                return .nothing
            }
        ) { server in
            let client = try makeClient()
            let outcome = await withTaskGroup { group in
                group.addTask { await client.outcome("http://127.0.0.1:\(server.port)/") }
                for await _ in arrived { break }
                group.cancelAll()
                return await group.next()
            }
            #expect(outcome?.failure == .cancelled)
            await server.waitForClose()
        }
    }

    @Test("Every failure has a sentence, and says whether the request may have arrived")
    func texts() {
        let all: [OutgoingFailure] =
            [
                .refused(.localName), .resolve("r"), .connect("c"), .tls("t"), .tooLarge, .protocolError("p"), .closed,
                .cancelled, .shutDown,
            ] + OutgoingFailure.Phase.allCases.map { .timeout(phase: $0) }
        #expect(Set(all.map(\.summary)).count == all.count)
        let arrived: [OutgoingFailure] = [
            .tooLarge, .protocolError("p"), .closed, .cancelled, .timeout(phase: .response), .timeout(phase: .body),
        ]
        #expect(all.filter(\.mayHaveArrived) == arrived)
    }
}
