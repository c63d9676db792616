import ExeuntTesting
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import OpenIDTypes
import Synchronization

/// A provider that the tests play themselves: its documents say what a test wants, and it counts who asks.
final class FakeIssuer: Sendable {
    struct TokenRequest: Sendable {
        let form: [String: String]
        let authorization: String?
    }

    private struct State {
        var keys: [JSONValue] = []
        var changes: JSONObject = [:]
        var tokenStatus = 200
        var tokenReply: JSONValue = .null
        var tokenRequests: [TokenRequest] = []
        var userInfo: (status: Int, json: JSONValue) = (404, .null)
        var bearers: [String] = []
        var counts: [String: Int] = [:]
        var isDown = false
    }

    let port: Int
    private let state = Mutex(State())

    var issuer: String { "http://localhost:\(port)" }

    private init(port: Int) { self.port = port }

    func publish(_ keys: [IssuerKey]) throws {
        let keys = try keys.map { try $0.jwk() }
        state.withLock { $0.keys = keys }
    }

    /// Changes the discovery document; `null` removes a member.
    func change(_ changes: JSONObject) { state.withLock { $0.changes = changes } }
    func answerTokens(_ reply: JSONValue, status: Int = 200) {
        state.withLock { ($0.tokenReply, $0.tokenStatus) = (reply, status) }
    }
    func answerUserInfo(_ json: JSONValue, status: Int = 200) { state.withLock { $0.userInfo = (status, json) } }
    /// The `Authorization` headers that came to the UserInfo endpoint.
    var bearers: [String] { state.withLock { $0.bearers } }
    func fail(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }
    func count(_ path: String) -> Int { state.withLock { $0.counts[path] ?? 0 } }
    var tokenRequests: [TokenRequest] { state.withLock { $0.tokenRequests } }

    static func run<R: Sendable>(_ body: @Sendable (FakeIssuer) async throws -> R) async throws -> R {
        let provider = FakeIssuer(port: try FreePort.find())
        let (started, signal) = AsyncThrowingStream<Void, any Error>.makeStream()
        let application = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                try await provider.respond(to: request)
            },
            configuration: .init(address: .hostname("127.0.0.1", port: provider.port)),
            onServerRunning: { _ in signal.finish() },
            logger: Logger(label: "fake-issuer") { _ in SwiftLogNoOpLogHandler() }
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await application.run() } catch {
                    signal.finish(throwing: error)
                    throw error
                }
            }
            for try await _ in started {}
            defer { group.cancelAll() }
            return try await body(provider)
        }
    }

    private func respond(to request: Request) async throws -> Response {
        let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
        let form = Browser.query(of: "?" + body)
        let path = request.uri.path
        let (status, json) = state.withLock { state -> (Int, JSONValue) in
            state.counts[path, default: 0] += 1
            if state.isDown { return (503, .null) }
            switch path {
            case "/.well-known/openid-configuration": return (200, .object(document(state.changes)))
            case "/keys": return (200, ["keys": .array(state.keys)])
            case "/token":
                state.tokenRequests.append(
                    TokenRequest(form: form, authorization: request.headers[.authorization])
                )
                return (state.tokenStatus, state.tokenReply)
            case "/userinfo":
                state.bearers.append(request.headers[.authorization] ?? "none")
                return state.userInfo
            default: return (404, .null)
            }
        }
        return Response(
            status: .init(code: status),
            headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: json.serialized()))
        )
    }

    private func document(_ changes: JSONObject) -> JSONObject {
        var document: JSONObject = [
            "issuer": .string(issuer),
            "authorization_endpoint": .string(issuer + "/authorize?tenant=a%20b"),
            "token_endpoint": .string(issuer + "/token"),
            "jwks_uri": .string(issuer + "/keys"),
            "end_session_endpoint": .string(issuer + "/logout"),
            "authorization_response_iss_parameter_supported": true,
        ]
        for (name, value) in changes.members { document[name] = value == .null ? nil : value }
        return document
    }
}
