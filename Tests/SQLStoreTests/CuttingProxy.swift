import Foundation
import Glibc
import Synchronization

/// Stands between the program and PostgreSQL, and does to one COMMIT what a network can do.
final class CuttingProxy: Sendable {
    enum Fault: Sendable {
        case none
        /// The connection breaks before the server has the COMMIT.
        case cutBeforeCommit
        /// The server gets the COMMIT, and its answer is lost.
        case cutAfterCommit
        /// As `cutAfterCommit`, and nobody can be reached afterwards.
        case cutAfterCommitForGood
        /// The answer to COMMIT says `ROLLBACK`.
        case answerRollback
    }

    private struct State {
        var fault = Fault.none
        var refusing = false
        var sockets: [Int32] = []
    }

    let port: UInt16
    private let listener: Int32
    private let server: (host: String, port: UInt16)
    private let state = Mutex(State())

    struct Failure: Error {}

    init(to url: String) throws {
        guard let parts = URLComponents(string: url), let host = parts.host else { throw Failure() }
        server = (host, UInt16(parts.port ?? 5432))
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = Self.address("127.0.0.1", 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard bound else { throw Failure() }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept() }
    }

    /// The URL with this proxy in the server's place.
    func url(_ url: String) throws -> String {
        guard var parts = URLComponents(string: url) else { throw Failure() }
        parts.host = "127.0.0.1"
        parts.port = Int(port)
        // The proxy must be able to read what passes.
        let addition = "sslmode=disable&gssencmode=disable"
        parts.percentEncodedQuery = [parts.percentEncodedQuery, addition].compactMap { $0 }.joined(separator: "&")
        return parts.string ?? ""
    }

    func arm(_ fault: Fault) { state.withLock { $0.fault = fault } }
    func refuse(_ refusing: Bool) { state.withLock { $0.refusing = refusing } }

    /// Breaks every connection there is.
    func cutAll() {
        let sockets = state.withLock { state in
            defer { state.sockets = [] }
            return state.sockets
        }
        for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    func stop() {
        refuse(true)
        shutdown(listener, Int32(SHUT_RDWR))
        cutAll()
    }

    private static func address(_ host: String, _ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &address.sin_addr)
        return address
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            if client < 0 { break }
            guard !state.withLock({ $0.refusing }), let upstream = connect() else {
                close(client)
                continue
            }
            state.withLock { $0.sockets += [client, upstream] }
            let muted = Flag()
            Thread.detachNewThread { [self] in
                forward(from: client, to: upstream) { commands($0, client, muted) }
                shutdown(upstream, Int32(SHUT_WR))
            }
            Thread.detachNewThread { [self] in
                forward(from: upstream, to: client) { answers($0, muted) }
                shutdown(client, Int32(SHUT_RDWR))
            }
        }
        close(listener)
    }

    private final class Flag: Sendable {
        let isSet = Atomic<Bool>(false)
    }

    private func connect() -> Int32? {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(server.host, server.port)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return code == 0 ? socket : nil
    }

    /// Copies until one side ends; `change` may return nothing to stop.
    private func forward(from source: Int32, to target: Int32, _ change: ([UInt8]) -> [UInt8]?) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0, let bytes = change(Array(buffer[..<count])) else { return }
            var sent = 0
            while sent < bytes.count {
                let written = bytes.withUnsafeBytes {
                    send(target, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { return }
                sent += written
            }
        }
    }

    private func commands(_ bytes: [UInt8], _ client: Int32, _ muted: Flag) -> [UInt8]? {
        guard bytes.firstRange(of: Array("COMMIT\0".utf8)) != nil else { return bytes }
        let fault = state.withLock { state in
            let fault = state.fault
            if fault != .answerRollback { state.fault = .none }
            if fault == .cutAfterCommitForGood { state.refusing = true }
            return fault
        }
        switch fault {
        case .none, .answerRollback: return bytes
        case .cutBeforeCommit:
            shutdown(client, Int32(SHUT_RDWR))
            return nil
        case .cutAfterCommit, .cutAfterCommitForGood:
            // First deaf, then cut: no answer can slip through.
            muted.isSet.store(true, ordering: .sequentiallyConsistent)
            shutdown(client, Int32(SHUT_RDWR))
            return bytes
        }
    }

    private func answers(_ bytes: [UInt8], _ muted: Flag) -> [UInt8]? {
        if muted.isSet.load(ordering: .sequentiallyConsistent) { return [] }
        let committed = [UInt8(ascii: "C"), 0, 0, 0, 11] + Array("COMMIT\0".utf8)
        guard let range = bytes.firstRange(of: committed), state.withLock({ $0.fault == .answerRollback }) else {
            return bytes
        }
        arm(.none)
        return bytes[..<range.lowerBound] + [UInt8(ascii: "C"), 0, 0, 0, 13] + Array("ROLLBACK\0".utf8)
            + bytes[range.upperBound...]
    }
}
