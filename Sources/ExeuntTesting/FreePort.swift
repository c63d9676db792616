import Glibc
import Synchronization

/// A loopback port that nobody listens on at this moment.
package enum FreePort {
    package struct Unavailable: Error {}

    /// The kernel may name one port twice before anybody listens on it; tests that run side by side would then meet.
    private static let given = Mutex<Set<Int>>([])

    package static func find() throws -> Int {
        for _ in 0..<200 {
            let port = try anyPort()
            if given.withLock({ $0.insert(port).inserted }) { return port }
        }
        throw Unavailable()
    }

    private static func anyPort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Unavailable() }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = 0
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socketAddress in
                bind(descriptor, socketAddress, length) == 0 && getsockname(descriptor, socketAddress, &length) == 0
            }
        }
        guard bound else { throw Unavailable() }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
