import ExeuntProvider
import ExeuntTesting
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import OpenIDTypes
import OutgoingHTTP
import SQLStore
import Synchronization

/// A provider in memory whose router is called without a socket.
struct ServerPlace: Sendable {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Making an RSA key takes longer than any of these tests.
    static let signingKeys = Result { try SigningAlgorithm.allCases.map { try KeyMaterial.generate($0) } }

    let parts: ProviderParts
    let provider: Provider
    let logger: Logger

    init(
        issuer: String = "https://op.example",
        logger: Logger = ServerPlace.quiet,
        change: (inout ProviderConfiguration) throws -> Void = { _ in }
    ) async throws {
        var configuration = ProviderConfiguration(
            issuer: try Issuer(issuer),
            database: .memory,
            masterKey: .bytes([UInt8](repeating: 7, count: 32))
        )
        try change(&configuration)
        self.logger = logger
        var substitutes = ProviderParts.Substitutes()
        substitutes.signingKeys = try Self.signingKeys.get()
        parts = try await ProviderParts.open(
            configuration: configuration,
            clock: ManualClock(),
            logger: Self.quiet,
            substitutes: substitutes
        )
        provider = Provider(parts: parts)
    }

    func close() async { await parts.database.close() }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        authority: String? = "op.example",
        headers: HTTPFields = [:],
        body: String = "",
        peer: String = "192.0.2.7"
    ) async throws -> Heard {
        let request = Request.make(method, path, authority: authority, headers: headers, body: body)
        let context = ProviderContext(peer: IPAddress(peer), logger: logger)
        return try await Heard(try await provider.responder.respond(to: request, context: context))
    }

    func get(_ path: String) async throws -> Heard { try await send(.get, path) }
}

extension Request {
    static func make(
        _ method: HTTPRequest.Method = .get,
        _ path: String = "/",
        authority: String? = "op.example",
        headers: HTTPFields = [:],
        body: String = ""
    ) -> Request {
        let head = HTTPRequest(method: method, scheme: nil, authority: authority, path: path, headerFields: headers)
        return Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
    }
}

/// An answer that was read to its end.
struct Heard: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: Response) async throws {
        status = response.status.code
        headers = response.headers
        let sink = Sink()
        try await response.body.write(sink)
        text = sink.bytes.withLock { String(decoding: $0, as: UTF8.self) }
    }

    var json: JSONValue? { try? JSONValue.parse(Array(text.utf8)) }
    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    private final class Sink: ResponseBodyWriter, Sendable {
        let bytes = Mutex<[UInt8]>([])
        func write(_ buffer: ByteBuffer) async throws { bytes.withLock { $0 += buffer.readableBytesView } }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}

/// A log that is kept.
final class KeptLog: Sendable {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }

    var logger: Logger {
        Logger(label: "kept") { _ in Handler(log: self) }
    }

    private struct Handler: LogHandler {
        let log: KeptLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        init(log: KeptLog) { self.log = log }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.level) \(event.message) \(event.metadata ?? [:])"
            log.kept.withLock { $0.append(line) }
        }
    }
}
