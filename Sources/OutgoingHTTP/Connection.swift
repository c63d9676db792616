import NIOCore

/// One connection to one checked address: the last handler of its channel, and an entry of the pool while idle.
///
/// `@unchecked Sendable`: every stored variable is read and written on `eventLoop` alone. Channel callbacks run there,
/// and the functions called from elsewhere are `ConnectionPool`'s, which only passes the reference on and hops to the
/// loop for anything else; each entry point asserts it.
final class Connection: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer

    /// What must be equal for a connection to be used again: the verified name and the address really connected to.
    struct Key: Hashable, Sendable {
        let origin: String
        let address: SocketAddress
    }

    let key: Key
    let eventLoop: any EventLoop
    private let pool: ConnectionPool
    private var channel: (any Channel)?
    private var exchange: Exchange?
    private var idleTimer: Scheduled<Void>?
    private var error: (any Error)?
    private var isOpen = true

    init(key: Key, eventLoop: any EventLoop, pool: ConnectionPool) {
        self.key = key
        self.eventLoop = eventLoop
        self.pool = pool
    }

    /// Gives the connection to an exchange; false when it was closed while idle.
    func assign(_ exchange: Exchange) -> Bool {
        eventLoop.preconditionInEventLoop()
        idleTimer?.cancel()
        idleTimer = nil
        guard isOpen else { return false }
        self.exchange = exchange
        return true
    }

    func write(_ bytes: ByteBuffer, promise: EventLoopPromise<Void>?) {
        guard let channel else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        channel.writeAndFlush(bytes, promise: promise)
    }

    var allocator: ByteBufferAllocator { channel?.allocator ?? ByteBufferAllocator() }

    /// Takes the connection from its exchange and keeps it for the next one, if the pool has room.
    func release(idle: TimeAmount) {
        eventLoop.assertInEventLoop()
        exchange = nil
        guard isOpen, channel?.isActive == true else { return close() }
        idleTimer = eventLoop.scheduleTask(in: idle) { [self] in close() }
        if !pool.put(self) { close() }
    }

    /// Closes at once; also abandons a connection attempt that is under way.
    func close() {
        eventLoop.assertInEventLoop()
        exchange = nil
        isOpen = false
        idleTimer?.cancel()
        idleTimer = nil
        pool.remove(self)
        channel?.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        channel = context.channel
        // Abandoned between the attempt and the channel's creation.
        if !isOpen { context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let exchange else {
            // Bytes that nobody asked for: the next answer on this connection could not be trusted.
            if isOpen { close() }
            return
        }
        exchange.received(unwrapInboundIn(data))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.error = self.error ?? error
        guard let exchange else {
            if isOpen { close() }
            return
        }
        exchange.failedTransport(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let exchange = self.exchange
        let error = self.error
        close()
        channel = nil
        exchange?.closed(error)
    }
}
