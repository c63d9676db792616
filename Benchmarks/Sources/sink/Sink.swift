import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The applications of the fan-out benchmark: answers every POST with 200 at once, except those under `/hang`, which it
/// never answers. It prints how many it received and when the last one came, when it is asked by `GET /count`.
///
///     sink PORT [PORTS [CERTIFICATE KEY]]
@main
struct Sink {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let first = Int(arguments.first ?? "") ?? 9100
        let ports = Int(arguments.dropFirst().first ?? "") ?? 1
        let tls = try arguments.count >= 4 ? context(Array(arguments)[2], Array(arguments)[3]) : nil
        let tally = Tally()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 2048)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Answer(tally))
                }
            }
        var channels: [any Channel] = []
        for port in first..<(first + ports) {
            channels.append(try await bootstrap.bind(host: "127.0.0.1", port: port).get())
        }
        print("listening", terminator: "\n")
        for channel in channels { try await channel.closeFuture.get() }
    }

    static func context(_ certificate: String, _ key: String) throws -> NIOSSLContext {
        try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            )
        )
    }
}

/// Received notices, and the moment of the last, in microseconds since 1970.
final class Tally: Sendable {
    private let state = Mutex((count: 0, last: Int64(0)))

    func add() {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let now = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        state.withLock { $0 = ($0.count + 1, now) }
    }

    func take() -> String {
        state.withLock { state in
            defer { state = (0, 0) }
            return "{\"count\": \(state.count), \"last\": \(state.last)}"
        }
    }

    func peek() -> String { state.withLock { "{\"count\": \($0.count), \"last\": \($0.last)}" } }
}

final class Answer: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let tally: Tally
    private var head: HTTPRequestHead?

    init(_ tally: Tally) { self.tally = tally }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            if head.uri.hasPrefix("/hang") { return }
            var body = ""
            switch head.uri {
            case "/count": body = tally.peek()
            case "/take": body = tally.take()
            default: tally.add()
            }
            answer(body, keepAlive: head.isKeepAlive, context)
        }
    }

    private func answer(_ body: String, keepAlive: Bool, _ context: ChannelHandlerContext) {
        var headers = HTTPHeaders([("content-length", "\(body.utf8.count)")])
        if !keepAlive { headers.add(name: "connection", value: "close") }
        context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: .ok, headers: headers))), promise: nil)
        if !body.isEmpty {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(string: body)))), promise: nil)
        }
        let done = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        if !keepAlive { done.futureResult.whenComplete { _ in channel.close(promise: nil) } }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: done)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
