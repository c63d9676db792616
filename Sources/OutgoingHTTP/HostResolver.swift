package import NIOCore

/// Turns a host name into addresses. The guarded client asks once per request and connects only to what it was told.
package protocol HostResolver: Sendable {
    /// The addresses of `host` in order of preference, each carrying `port`.
    ///
    /// An implementation returns soon after its task is cancelled; the request's deadline relies on it.
    func addresses(of host: String, port: Int) async throws -> [SocketAddress]
}

/// A name could not be resolved; the description fits an operator's eye.
package struct ResolutionError: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
