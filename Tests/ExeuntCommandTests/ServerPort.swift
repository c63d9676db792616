import Glibc
import Synchronization

/// A loopback port for a server that another process starts a moment later. Below the range from which the kernel takes
/// the ports of outgoing connections: one of those could take it in between.
enum ServerPort {
    struct NoneFree: Error {}

    private static let next = Mutex(Int.random(in: 10_000..<19_000))

    static func find() throws -> Int {
        for _ in 0..<1000 {
            let port = next.withLock { next in
                next = next < 19_999 ? next + 1 : 10_000
                return next
            }
            if isFree(port) { return port }
        }
        throw NoneFree()
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = in_port_t(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
