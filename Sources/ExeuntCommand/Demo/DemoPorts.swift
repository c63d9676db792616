import Foundation

/// Says which port is taken, and how to choose another, before anything is started.
enum DemoPorts {
    static func requireFree(_ ports: [(flag: String, port: Int)]) throws {
        let taken = ports.filter { !isFree($0.port) }
        guard !taken.isEmpty else { return }
        let names = taken.map { "\($0.port) (choose another with \($0.flag))" }.joined(separator: " and ")
        throw CommandFailure("Another program listens on port \(names).")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var yes: Int32 = 1
        // As servers do: a port whose last connections are still fading away is free.
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 || errno != EADDRINUSE
            }
        }
    }
}
