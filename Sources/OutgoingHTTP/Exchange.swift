import HTTPTypes
import NIOCore

/// One request and its answer: connects, writes, reads, and ends exactly once, within one deadline.
///
/// `@unchecked Sendable`: every stored variable is read and written on `eventLoop` alone; `start` and `cancel`, the two
/// entrances from outside, hop there first, and everything else is called by the connection's channel or timers of it.
final class Exchange: @unchecked Sendable {
    typealias Outcome = Result<OutgoingResponse, OutgoingFailure>

    /// What an exchange is given; settled before it starts.
    struct Plan: Sendable {
        let request: OutgoingRequest
        let limits: OutgoingLimits
        /// Resolved and checked; never empty.
        let addresses: [SocketAddress]
        let started: NIODeadline
        let resolved: NIODeadline
        let deadline: NIODeadline
        let keepAlive: Bool
        let idle: TimeAmount
    }

    private let plan: Plan
    private var request: OutgoingRequest
    private let connector: Connector
    private let eventLoop: any EventLoop
    private var phase = OutgoingFailure.Phase.connect
    private var untried: ArraySlice<SocketAddress>
    private var connection: Connection?
    private var isReused = false
    private var parser: ResponseParser
    private var timings = OutgoingResponse.Timings()
    private var mark: NIODeadline
    private var timer: Scheduled<Void>?
    private var completion: ((Outcome) -> Void)?
    private var isFinished = false

    init(_ plan: Plan, connector: Connector, eventLoop: any EventLoop) {
        self.plan = plan
        request = plan.request
        self.connector = connector
        self.eventLoop = eventLoop
        untried = plan.addresses[...]
        parser = ResponseParser(isHEAD: plan.request.method == .head, limits: plan.limits)
        mark = plan.resolved
    }

    func start(on kept: Connection?, completion: @escaping @Sendable (Outcome) -> Void) {
        eventLoop.execute { [self] in
            guard !isFinished else {
                kept?.close()
                return completion(.failure(.cancelled))
            }
            self.completion = completion
            timings.resolve = (plan.resolved - plan.started).nanoseconds
            timer = eventLoop.scheduleTask(deadline: plan.deadline) { [self] in finish(.failure(.timeout(phase: phase)))
            }
            if let kept, kept.assign(self) {
                connection = kept
                isReused = true
                phase = .response
                write(to: kept)
            } else {
                connectNext(after: nil)
            }
        }
    }

    func cancel() {
        eventLoop.execute { [self] in finish(.failure(.cancelled)) }
    }

    private func connectNext(after error: (any Error)?) {
        guard let address = untried.popFirst() else { return finish(.failure(FailureText.connect(error))) }
        phase = .connect
        mark = .now()
        let timeout = min(TimeAmount(plan.limits.connectTimeout), plan.deadline - mark)
        connection = connector.connect(to: address, for: plan.request.url, timeout: timeout, on: eventLoop) { [self] in
            connected($0)
        }
    }

    private func connected(_ result: Result<Void, any Error>) {
        guard !isFinished, let connection else { return }
        switch result {
        case .failure(let error):
            connection.close()
            self.connection = nil
            connectNext(after: error)
        case .success:
            timings.connect = lap()
            guard connection.assign(self) else { return finish(.failure(.closed)) }
            phase = plan.request.url.isSecure ? .tls : .response
            write(to: connection)
        }
    }

    private func write(to connection: Connection) {
        let bytes = RequestWriter.bytes(
            of: request, keepAlive: plan.keepAlive, allocator: connection.allocator
        )
        guard phase == .tls else { return connection.write(bytes, promise: nil) }
        // The TLS handler holds the bytes until the peer is verified, so the write's end is the handshake's end.
        let promise = eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenSuccess { [self] in handshakeEnded() }
        connection.write(bytes, promise: promise)
    }

    private func handshakeEnded() {
        guard phase == .tls else { return }
        timings.tls = lap()
        phase = .response
    }

    private func lap() -> Int64 {
        let now = NIODeadline.now()
        defer { mark = now }
        return (now - mark).nanoseconds
    }
}

extension Exchange {
    func received(_ bytes: ByteBuffer) {
        guard !isFinished else { return }
        handshakeEnded()
        do {
            let isComplete = try parser.receive(bytes)
            if parser.hasHead { phase = .body }
            if isComplete { succeed() }
        } catch {
            finish(.failure(error))
        }
    }

    func failedTransport(_ error: any Error) {
        guard !isFinished else { return }
        if phase == .tls { return finish(.failure(FailureText.tls(error))) }
        // A TLS peer that just drops the connection; what that means is decided when it is gone, which is next.
        if !FailureText.isUncleanShutdown(error) { lost(error) }
    }

    func closed(_ error: (any Error)?) {
        guard !isFinished else { return }
        lost(error)
    }

    private func lost(_ error: (any Error)?) {
        if phase == .tls { return finish(.failure(FailureText.tls(error))) }
        if isReused, !parser.hasBegun {
            // The peer closed the kept connection as the request was under way (RFC 9112 §9.3.1). Only repeatable
            // requests travel on kept connections, so one more try on a fresh one is safe.
            isReused = false
            if let renewed = request.renewedBody { request.body = renewed() }
            connection?.close()
            connection = nil
            return connectNext(after: nil)
        }
        if parser.receiveEnd(isClean: error == nil) { return succeed() }
        finish(.failure(.closed))
    }

    private func succeed() {
        timings.total = (NIODeadline.now() - plan.started).nanoseconds
        let response = OutgoingResponse(
            status: parser.status,
            headers: parser.headers,
            body: parser.body,
            bodyTruncated: parser.isTruncated,
            timings: timings,
            reusedConnection: isReused
        )
        if plan.keepAlive, parser.allowsReuse, let connection {
            self.connection = nil
            connection.release(idle: plan.idle)
        }
        finish(.success(response))
    }

    private func finish(_ outcome: Outcome) {
        eventLoop.assertInEventLoop()
        guard !isFinished else { return }
        isFinished = true
        // The caller goes on while this loop cleans up.
        completion?(outcome)
        completion = nil
        timer?.cancel()
        timer = nil
        connection?.close()
        connection = nil
    }
}
