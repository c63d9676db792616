import NIOCore
import OutgoingHTTP
import Synchronization

/// Answers in a given order; the last answer repeats.
final class FakeResolver: HostResolver {
    private let answers: Mutex<[[String]]>
    private let questions = Mutex<[String]>([])

    init(_ answers: [String]...) {
        self.answers = Mutex(answers)
    }

    var asked: [String] { questions.withLock { $0 } }

    func addresses(of host: String, port: Int) async throws -> [SocketAddress] {
        questions.withLock { $0.append(host) }
        let next = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? [] }
        return try next.map { try SocketAddress(ipAddress: $0, port: port) }
    }
}

/// Never answers, but ends when its task is cancelled, as a resolver must.
struct HangingResolver: HostResolver {
    func addresses(of host: String, port: Int) async throws -> [SocketAddress] {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        for await _ in stream {}
        withExtendedLifetime(continuation) {}
        throw CancellationError()
    }
}

struct FailingResolver: HostResolver {
    func addresses(of host: String, port: Int) async throws -> [SocketAddress] {
        throw ResolutionError("Name or service not known")
    }
}
