import HTTPTypes
import OutgoingHTTP
import Testing

@Suite("Reading answers")
struct ResponseTests {
    struct Valid: Sendable, CustomTestStringConvertible {
        let text: String
        let status: Int
        let body: String
        var close = false
        var method = HTTPRequest.Method.post
        var testDescription: String { text }
    }

    static let valid: [Valid] = [
        Valid(text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello"),
        Valid(text: "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", status: 200, body: ""),
        Valid(text: "HTTP/1.1 200 \r\ncontent-length:2\r\n\r\nok", status: 200, body: "ok"),
        Valid(text: "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", status: 200, body: "ok"),
        Valid(text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", status: 200, body: "ok"),
        Valid(text: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", status: 200, body: "ok"),
        Valid(text: "HTTP/1.1 204 No Content\r\n\r\n", status: 204, body: ""),
        Valid(text: "HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n", status: 204, body: ""),
        Valid(text: "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n", status: 304, body: ""),
        Valid(text: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", status: 200, body: "", method: .head),
        Valid(text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", status: 200, body: "", method: .head),
        Valid(
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", status: 200,
            body: "hello"),
        Valid(
            text:
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n1;x=y\r\nh\r\n00a \r\nellohello!\r\n0\r\nT: u\r\n\r\n",
            status: 200, body: "hellohello!"),
        Valid(text: "HTTP/1.1 200 OK\r\n\r\nuntil the end", status: 200, body: "until the end", close: true),
        Valid(text: "HTTP/1.0 200 OK\r\n\r\nold", status: 200, body: "old", close: true),
        Valid(
            text: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", status: 200, body: "ok",
            close: true),
        Valid(
            text:
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            status: 200, body: "ok"),
        Valid(text: "HTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nbad", status: 400, body: "bad"),
        Valid(text: "HTTP/1.1 501 No\r\nContent-Length: 0\r\n\r\n", status: 501, body: ""),
        Valid(text: "HTTP/1.1 599 X\r\nContent-Length: 0\r\n\r\n", status: 599, body: ""),
    ]

    @Test("Valid answers in one piece", arguments: valid)
    func whole(row: Valid) async throws {
        try await check(row, .text(row.text, close: row.close))
    }

    @Test("Valid answers byte by byte", arguments: valid.filter { !$0.close })
    func bytewise(row: Valid) async throws {
        try await check(row, .bytewise(row.text))
    }

    private func check(_ row: Valid, _ answer: Answer) async throws {
        try await withServer(answer: { _ in answer }) { server in
            let outcome = try await makeClient().outcome("http://127.0.0.1:\(server.port)/", method: row.method)
            let response = try outcome.get()
            #expect(response.status == row.status)
            #expect(String(decoding: response.body, as: UTF8.self) == row.body)
            #expect(!response.bodyTruncated)
        }
    }

    @Test(
        "Invalid and ambiguous answers are refused (RFC 9112)",
        arguments: [
            "garbage\r\n\r\n", "\u{0}\u{1}\u{2}\r\n", "\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.2 200 OK\r\n\r\n",
            "http/1.1 200 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
            "HTTP/1.1 +20 OK\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n", "HTTP/1.1 600 X\r\n\r\n",
            "HTTP/1.1 101 Switch\r\n\r\n",
            "SSH-2.0-OpenSSH_9.2p1\r\n", "-ERR unknown command\r\n", "220 mail ESMTP\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\n: empty\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nX: y\r\n folded\r\n\r\n",
            "HTTP/1.1 200 OK\r\n X: y\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\u{0}b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nContent-Length: 1 2\r\n\r\nx", "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nx",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokx\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;" + String(repeating: "e", count: 2_000),
        ])
    func invalid(text: String) async throws {
        try await withServer(answer: { _ in .text(text) }) { server in
            let outcome = try await makeClient().outcome("http://127.0.0.1:\(server.port)/", method: .post)
            guard case .protocolError? = outcome.failure else {
                Issue.record("not refused: \(outcome)")
                return
            }
        }
    }

    @Test(
        "A connection closed before the end is no answer",
        arguments: [
            "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
        ])
    func cutOff(text: String) async throws {
        try await withServer(answer: { _ in .text(text, close: true) }) { server in
            let outcome = try await makeClient().outcome("http://127.0.0.1:\(server.port)/", method: .post)
            #expect(outcome.failure == .closed)
            #expect(server.arrivals.count == 1)
        }
    }

    @Test("The body's limit keeps exactly that many bytes", arguments: [0, 1, 4, 5, 6])
    func bodyLimit(limit: Int) async throws {
        for head in [
            "Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        ] {
            try await withServer(answer: { _ in .text("HTTP/1.1 200 OK\r\n" + head) }) { server in
                let outcome = try await makeClient().outcome(
                    "http://127.0.0.1:\(server.port)/", limits: OutgoingLimits(maximumBody: limit))
                let response = try outcome.get()
                #expect(response.bodyTruncated == (limit < 5))
                #expect(String(decoding: response.body, as: UTF8.self) == String("hello".prefix(limit)))
            }
        }
    }

    @Test("Headers arrive in order with their values")
    func headers() async throws {
        let text = "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nX-A: 1\r\nx-a:  2 \t\r\nContent-Length: 0\r\n\r\n"
        try await withServer(answer: { _ in .text(text) }) { server in
            let response = try await makeClient().outcome("http://127.0.0.1:\(server.port)/").get()
            let name = try #require(HTTPField.Name("X-A"))
            #expect(response.headers[values: name] == ["1", "2"])
            let retryAfter = try #require(HTTPField.Name("Retry-After"))
            #expect(response.headers[retryAfter] == "7")
            #expect(response.timings.total > 0 && response.timings.connect > 0)
        }
    }
}
