import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// What a server under test does once it has a request.
enum Answer: Sendable {
    case text(String, close: Bool = false)
    /// Every byte in a write of its own.
    case bytewise(String)
    case nothing
    /// The text, then one byte every few milliseconds, for ever.
    case drip(String)
    /// The text, then as many bytes as the connection takes, for ever.
    case flood(String)
    case close

    static let ok = Answer.text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
}

/// A request as it arrived, with the connection that carried it.
struct Arrival: Sendable {
    let connection: Int
    /// From zero, per connection.
    let index: Int
    let localAddress: String
    let head: String
    let body: String
}

/// A real server on loopback that does exactly what a test scripts.
final class LocalServer: Sendable {
    struct Seen: Sendable {
        var arrivals: [Arrival] = []
        var connections = 0
        var bytes: [UInt8] = []
        var written = 0
    }

    let port: Int
    private let channel: any Channel
    private let journal: Journal
    private let closedConnections: AsyncStream<Void>

    /// - Parameter answersAnything: answer the first bytes, whatever they are, instead of the first request.
    static func start(
        host: String = "127.0.0.1",
        tls: NIOSSLContext? = nil,
        answersAnything: Bool = false,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        answer: @escaping @Sendable (Arrival) -> Answer = { _ in .ok }
    ) async throws -> LocalServer {
        let journal = Journal()
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4_096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    let number = journal.connectionOpened()
                    child.closeFuture.whenComplete { _ in continuation.yield() }
                    if let tls { try child.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try child.pipeline.syncOperations.addHandler(
                        ScriptHandler(number, journal, answersAnything: answersAnything, answer: answer)
                    )
                }
            }
            .bind(host: host, port: 0).get()
        return LocalServer(channel, journal, stream)
    }

    private init(_ channel: any Channel, _ journal: Journal, _ stream: AsyncStream<Void>) {
        self.channel = channel
        self.journal = journal
        port = channel.localAddress?.port ?? 0
        closedConnections = stream
    }

    var arrivals: [Arrival] { journal.seen.withLock { $0.arrivals } }
    var connections: Int { journal.seen.withLock { $0.connections } }
    var bytes: [UInt8] { journal.seen.withLock { $0.bytes } }
    var written: Int { journal.seen.withLock { $0.written } }

    /// Returns when `count` more connections have been closed.
    func waitForClose(_ count: Int = 1) async {
        var left = count
        for await _ in closedConnections {
            left -= 1
            if left == 0 { return }
        }
    }

    func stop() async {
        try? await channel.close()
    }
}

/// Runs `body` with a server and stops it afterwards.
func withServer<T: Sendable>(
    host: String = "127.0.0.1",
    tls: NIOSSLContext? = nil,
    answersAnything: Bool = false,
    answer: @escaping @Sendable (Arrival) -> Answer = { _ in .ok },
    _ body: (LocalServer) async throws -> T
) async throws -> T {
    let server = try await LocalServer.start(host: host, tls: tls, answersAnything: answersAnything, answer: answer)
    let result: Result<T, any Error>
    do {
        result = .success(try await body(server))
    } catch {
        result = .failure(error)
    }
    await server.stop()
    return try result.get()
}

final class Journal: Sendable {
    let seen = Mutex(LocalServer.Seen())

    func connectionOpened() -> Int {
        seen.withLock { seen in
            seen.connections += 1
            return seen.connections
        }
    }
}

final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connection: Int
    private let journal: Journal
    private let answersAnything: Bool
    private let answer: @Sendable (Arrival) -> Answer
    private var buffer = ByteBuffer()
    private var index = 0
    private var isFlooding = false
    private static let zeros = ByteBuffer(repeating: 0, count: 65_536)

    init(
        _ connection: Int, _ journal: Journal, answersAnything: Bool, answer: @escaping @Sendable (Arrival) -> Answer
    ) {
        self.connection = connection
        self.journal = journal
        self.answersAnything = answersAnything
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var input = unwrapInboundIn(data)
        journal.seen.withLock { $0.bytes.append(contentsOf: input.readableBytesView.prefix(4_096)) }
        buffer.writeBuffer(&input)
        while let arrival = nextArrival(context) {
            journal.seen.withLock { $0.arrivals.append(arrival) }
            perform(answer(arrival), context)
        }
    }

    private func nextArrival(_ context: ChannelHandlerContext) -> Arrival? {
        let local = context.localAddress?.ipAddress ?? ""
        if answersAnything, buffer.readableBytes > 0 {
            let text = String(buffer: buffer)
            buffer.clear()
            return Arrival(connection: connection, index: index, localAddress: local, head: text, body: "")
        }
        let bytes = Array(buffer.readableBytesView)
        let end = bytes.indices.dropLast(3).first { at in
            bytes[at] == 13 && bytes[at + 1] == 10 && bytes[at + 2] == 13 && bytes[at + 3] == 10
        }
        guard let end else { return nil }
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        let length =
            head.split(separator: "\r\n").compactMap { line -> Int? in
                guard line.lowercased().hasPrefix("content-length: ") else { return nil }
                return Int(line.dropFirst(16))
            }.first ?? 0
        guard bytes.count >= end + 4 + length else { return nil }
        buffer.moveReaderIndex(forwardBy: end + 4 + length)
        let body = String(decoding: bytes[(end + 4)..<(end + 4 + length)], as: UTF8.self)
        defer { index += 1 }
        return Arrival(connection: connection, index: index, localAddress: local, head: head, body: body)
    }

    private func perform(_ answer: Answer, _ context: ChannelHandlerContext) {
        switch answer {
        case .nothing: break
        case .close: context.close(promise: nil)
        case .text(let text, let close):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            if close { context.close(promise: nil) }
        case .bytewise(let text):
            for byte in text.utf8 { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [byte])), promise: nil) }
        case .drip(let text):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            let channel = context.channel
            let task = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(5)) { _ in
                channel.writeAndFlush(ByteBuffer(string: "x"), promise: nil)
            }
            channel.closeFuture.whenComplete { _ in task.cancel() }
        case .flood(let text):
            isFlooding = true
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            flood(context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isFlooding { flood(context) }
    }

    private func flood(_ context: ChannelHandlerContext) {
        while context.channel.isActive, context.channel.isWritable {
            journal.seen.withLock { $0.written += Self.zeros.readableBytes }
            context.writeAndFlush(wrapOutboundOut(Self.zeros), promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
