import HTTPTypes
import NIOSSL
import OutgoingHTTP
import Testing

@Suite("TLS to applications")
struct TransportSecurityTests {
    private static let quick = OutgoingLimits(deadline: .seconds(20))

    private func attempt(
        certificate: String, host: String = "rp.example.test", trusted: Bool, maximum: TLSVersion? = nil
    ) async throws -> (Result<OutgoingResponse, OutgoingFailure>, LocalServer) {
        let authority = try TestAuthority.shared.get()
        let context = try authority.server(certificate, maximum: maximum)
        return try await withServer(tls: context) { server in
            let client = try makeClient(caFile: trusted ? authority.caFile : nil)
            let url = "https://\(host):\(server.port)/"
            let outcome = await client.outcome(url, method: .post, body: "x", limits: Self.quick)
            return (outcome, server)
        }
    }

    @Test("caFile adds an authority; the name is verified, not the address")
    func trusted() async throws {
        let (outcome, server) = try await attempt(certificate: "rp", trusted: true)
        let response = try outcome.get()
        #expect(response.status == 200)
        #expect(response.timings.tls > 0)
        #expect(server.arrivals.first?.head.contains("Host: rp.example.test:\(server.port)") == true)
    }

    @Test("A wildcard stands for one label")
    func wildcard() async throws {
        let (outcome, _) = try await attempt(certificate: "wild", trusted: true)
        #expect(outcome.status == 200)
    }

    @Test("A literal address is verified against the certificate's addresses")
    func literal() async throws {
        let (outcome, _) = try await attempt(certificate: "ip", host: "127.0.0.1", trusted: true)
        #expect(outcome.status == 200)
        let (wrong, _) = try await attempt(certificate: "rp", host: "127.0.0.1", trusted: true)
        #expect(wrong.failure == .tls("the certificate is for another host name"))
    }

    @Test(
        "A-42: bad certificates are failures, tried once, before a byte of the request is sent",
        arguments: [
            ("self", "rp.example.test", true), ("rp", "rp.example.test", false), ("expired", "rp.example.test", true),
            ("rp", "other.example.test", true), ("ip", "rp.example.test", true),
            ("cn", "rp.example.test", true), ("wild", "a.b.example.test", true), ("wild", "example.test", true),
        ])
    func refused(certificate: String, host: String, trusted: Bool) async throws {
        let (outcome, server) = try await attempt(certificate: certificate, host: host, trusted: trusted)
        guard case .tls(let reason)? = outcome.failure else {
            Issue.record("not refused: \(outcome)")
            return
        }
        #expect(reason.contains("certificate"))
        #expect(outcome.failure?.mayHaveArrived == false)
        #expect(server.connections == 1)
        #expect(server.arrivals.isEmpty)
    }

    @Test("TLS 1.1 is refused, TLS 1.2 accepted")
    func versions() async throws {
        let (old, _) = try await attempt(certificate: "rp", trusted: true, maximum: .tlsv11)
        guard case .tls? = old.failure else {
            Issue.record("not refused: \(old)")
            return
        }
        let (current, _) = try await attempt(certificate: "rp", trusted: true, maximum: .tlsv12)
        #expect(current.status == 200)
    }

    @Test("A-37: the server name and HTTP/1.1 alone are asked for")
    func clientHello() async throws {
        try await withServer(answersAnything: true, answer: { _ in .close }) { server in
            let url = "https://rp.example.test:\(server.port)/"
            let outcome = try await makeClient().outcome(url, limits: Self.quick)
            #expect(outcome.failure?.mayHaveArrived == false)
            let hello = String(decoding: server.bytes, as: UTF8.self)
            #expect(hello.contains("rp.example.test"))
            #expect(hello.contains("http/1.1"))
            #expect(!hello.contains("h2"))
        }
    }

    @Test("A-41: a server that is silent in the handshake meets the deadline")
    func silentHandshake() async throws {
        try await withServer { server in
            let url = "https://rp.example.test:\(server.port)/"
            let outcome = try await makeClient().outcome(
                url, limits: OutgoingLimits(deadline: .seconds(4), connectTimeout: .seconds(4)))
            #expect(outcome.failure == .timeout(phase: .tls))
            #expect(outcome.failure?.mayHaveArrived == false)
        }
    }

    @Test("A server that does not speak TLS")
    func plainServer() async throws {
        let answer = Answer.text("HTTP/1.1 400 Bad Request\r\n\r\n", close: true)
        try await withServer(answersAnything: true, answer: { _ in answer }) { server in
            let outcome = try await makeClient().outcome("https://rp.example.test:\(server.port)/", limits: Self.quick)
            #expect(outcome.failure == .tls("the server does not speak TLS on this port"))
        }
    }

    @Test("A server that closes during the handshake")
    func closedHandshake() async throws {
        try await withServer(answersAnything: true, answer: { _ in .close }) { server in
            let outcome = try await makeClient().outcome("https://rp.example.test:\(server.port)/", limits: Self.quick)
            guard case .tls? = outcome.failure else {
                Issue.record("not a TLS failure: \(outcome)")
                return
            }
            #expect(outcome.failure?.mayHaveArrived == false)
        }
    }

    @Test("A kept TLS connection saves the handshake, for its own name only")
    func keptConnection() async throws {
        let authority = try TestAuthority.shared.get()
        try await withServer(tls: try authority.server("rp")) { server in
            let client = try makeClient(caFile: authority.caFile)
            let url = "https://rp.example.test:\(server.port)/"
            #expect(try await client.outcome(url).get().reusedConnection == false)
            let second = try await client.outcome(url).get()
            #expect(second.reusedConnection)
            #expect(second.timings.tls == 0)
            let other = await client.outcome("https://other.example.test:\(server.port)/")
            #expect(other.failure == .tls("the certificate is for another host name"))
            #expect(server.connections == 2)
        }
    }

    @Test("An authority file that cannot be used is a clear error")
    func badAuthorityFile() throws {
        let error = #expect(throws: OutgoingClient.AuthorityFileError.self) {
            try makeClient(caFile: "/nonexistent/ca.pem")
        }
        #expect(error?.description.contains("/nonexistent/ca.pem") == true)
        #expect(throws: OutgoingClient.AuthorityFileError.self) { try makeClient(caFile: "/dev/null") }
    }
}
