import Glibc
import Synchronization

/// A loopback port for a server that starts a moment later, here or in another process.
///
/// Below the range from which the kernel takes the ports of outgoing connections (one of those could take it in
/// between), away from the ports that outgoing requests refuse, and never the same one twice in a row.
package enum FreePort {
    package struct Unavailable: Error {}

    private static let range = 12_000..<26_000
    private static let next = Mutex(Int.random(in: range))

    package static func find() throws -> Int {
        for _ in range {
            let port = next.withLock { next in
                next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
                return next
            }
            if isFree(port) { return port }
        }
        throw Unavailable()
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
