package import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
package import OpenIDTypes
import Synchronization

/// An application under a test's control: it writes down what it is told, and answers as it is bidden.
package final class FakeRelyingParty: Sendable {
    /// One request that the application received.
    package struct Received: Sendable {
        package let method: HTTPRequest.Method
        package let path: String
        package let query: [String: String]
        package let headers: HTTPFields
        package let form: [String: String]
        package let body: String

        /// The claims of its logout token, unverified.
        package var logoutToken: JSONValue? {
            form["logout_token"].flatMap { try? CompactJWS.parse($0) }.flatMap { try? JSONValue.parse($0.payload) }
        }
    }

    /// How it answers.
    package enum Behaviour: Sendable {
        case answer(status: Int, headers: [String: String] = [:], body: String = "")
        /// Never, until the other side goes away.
        case hang
        /// The first n answers as the first says, then as the second.
        indirect case first(Int, Behaviour, then: Behaviour)
    }

    private struct State {
        var received: [Received] = []
        var behaviour: Behaviour = .answer(status: 200)
        var waiters: [(count: Int, path: String, resume: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    package let port: Int
    package let host: String

    private init(port: Int, host: String) {
        self.port = port
        self.host = host
    }

    package var origin: String { "http://\(host):\(port)" }
    package var callback: String { origin + "/callback" }
    package var backChannel: String { origin + "/backchannel" }
    package var frontChannel: String { origin + "/frontchannel" }
    package var postLogout: String { origin + "/post-logout" }

    package var received: [Received] { state.withLock { $0.received } }
    package func received(_ path: String) -> [Received] { received.filter { $0.path == path } }
    package var logoutTokens: [JSONValue] { received("/backchannel").compactMap(\.logoutToken) }

    package func behave(_ behaviour: Behaviour) { state.withLock { $0.behaviour = behaviour } }

    /// Returns once `count` requests came to `path`. The suite's time limit bounds it.
    package func waitFor(_ count: Int, at path: String = "/backchannel") async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                if state.received.count(where: { $0.path == path }) >= count { return true }
                state.waiters.append((count, path, continuation))
                return false
            }
            if ready { continuation.resume() }
        }
    }

    /// Runs an application on a free loopback port for as long as `body` runs.
    package static func run<R: Sendable>(
        host: String = "127.0.0.1",
        port: Int = 0,
        _ body: @Sendable (FakeRelyingParty) async throws -> R
    ) async throws -> R {
        let port = try port == 0 ? FreePort.find() : port
        let party = FakeRelyingParty(port: port, host: host)
        let (started, signal) = AsyncStream<Void>.makeStream()
        let application = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                try await party.respond(to: request)
            },
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { _ in signal.finish() },
            logger: Logger(label: "fake-relying-party") { _ in SwiftLogNoOpLogHandler() }
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            for await _ in started {}
            defer { group.cancelAll() }
            return try await body(party)
        }
    }

    private func respond(to request: Request) async throws -> Response {
        let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
        let form = (try? Parameters(query: body))?.pairs ?? []
        let received = Received(
            method: request.method,
            path: request.uri.path,
            query: Browser.query(of: request.uri.string),
            headers: request.headers,
            form: Dictionary(form.map { ($0.0, $0.1) }, uniquingKeysWith: { first, _ in first }),
            body: body
        )
        let (behaviour, ready) = state.withLock { state in
            state.received.append(received)
            let ready = state.waiters.filter { waiter in
                state.received.count { $0.path == waiter.path } >= waiter.count
            }
            state.waiters.removeAll { waiter in
                state.received.count { $0.path == waiter.path } >= waiter.count
            }
            let now = state.behaviour
            if case .first(let count, let first, let then) = now {
                state.behaviour = count > 1 ? .first(count - 1, first, then: then) : then
                return (first, ready)
            }
            return (now, ready)
        }
        for waiter in ready { waiter.resume.resume() }
        return try await Self.response(behaviour)
    }

    private static func response(_ behaviour: Behaviour) async throws -> Response {
        switch behaviour {
        case .answer(let status, let headers, let body):
            var fields = HTTPFields()
            for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
            return Response(
                status: .init(code: status), headers: fields, body: .init(byteBuffer: ByteBuffer(string: body)))
        case .hang:
            let (forever, _) = AsyncStream<Void>.makeStream()
            for await _ in forever {}
            throw CancellationError()
        case .first(_, let first, _):
            return try await response(first)
        }
    }
}
