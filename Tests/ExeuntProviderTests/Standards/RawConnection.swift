import Foundation

/// Bytes on a socket, exactly as a hostile peer writes them; no HTTP client would.
enum RawConnection {
    struct Failed: Error {}

    /// The status code of the first answer; nil when the server closed the connection without one.
    /// - Parameter ends: whether the peer says that it sends nothing more, as one does that was cut off.
    static func status(of bytes: [UInt8], port: Int, ends: Bool = false) async throws -> Int? {
        try await withCheckedThrowingContinuation { continuation in
            // Blocking calls, kept off the cooperative pool.
            DispatchQueue.global().async {
                continuation.resume(with: Result { try exchange(bytes, port, ends) })
            }
        }
    }

    private static func exchange(_ bytes: [UInt8], _ port: Int, _ ends: Bool) throws -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failed() }
        defer { close(descriptor) }
        // The server waits for a body that never comes for half a minute; that is another test's.
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failed() }
        // The server may have closed already: what it said before is what counts.
        _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if ends { shutdown(descriptor, Int32(SHUT_WR)) }
        var heard: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while heard.count < 4096 {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            heard += buffer.prefix(count)
        }
        let line = String(decoding: heard.prefix { $0 != 0x0D }, as: UTF8.self).split(separator: " ")
        guard line.count >= 2, line[0].hasPrefix("HTTP/1.") else { return nil }
        return Int(line[1])
    }
}
