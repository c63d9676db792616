import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// Why the provider does not start; one sentence for the operator.
package enum StartFailure: Error, Sendable, Hashable, CustomStringConvertible {
    case databaseOutOfDate
    case portTaken(ListenAddress)
    case portForbidden(ListenAddress)
    case addressUnknown(ListenAddress, String)
    case tlsFiles(String)

    package var description: String {
        switch self {
        case .databaseOutOfDate:
            "The database was made by an earlier version; start the server once, and it will be brought up to date."
        case .portTaken(let address):
            "Port \(address.port) is already in use by another program (listening on \(address))."
        case .portForbidden(let address):
            "This user may not listen on port \(address.port)."
        case .addressUnknown(let address, let reason):
            "The server cannot listen on \(address): \(reason)."
        case .tlsFiles(let reason):
            "The certificate or its key cannot be used: \(reason)."
        }
    }

    /// What binding failed with, in words; nil for anything else.
    static func binding(_ error: any Error, to address: ListenAddress) -> StartFailure? {
        if let io = error as? IOError {
            switch io.errnoCode {
            case EADDRINUSE: return .portTaken(address)
            case EACCES, EPERM: return .portForbidden(address)
            default: return .addressUnknown(address, String(cString: strerror(io.errnoCode)))
            }
        }
        return error is SocketAddressError ? .addressUnknown(address, "there is no such host") : nil
    }
}
