import Glibc
import NIOCore
import NIOSSL

/// Turns the transport's errors into failures with a sentence for an operator.
enum FailureText {
    static func connect(_ error: (any Error)?) -> OutgoingFailure {
        if case .connectTimeout? = error as? ChannelError { return .timeout(phase: .connect) }
        return connectReason(error)
    }

    private static func connectReason(_ error: (any Error)?) -> OutgoingFailure {
        switch error {
        case nil: .connect("there was no address to try")
        case let error as IOError: .connect(String(cString: strerror(error.errnoCode)))
        case is NIOSSLExtraError: .tls("the host name cannot be used as a TLS server name")
        default: .connect("the connection attempt failed")
        }
    }

    static func tls(_ error: (any Error)?) -> OutgoingFailure {
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return .tls("the certificate is for another host name")
        }
        if error is NIOSSLExtraError { return .tls("the host name cannot be matched to a certificate") }
        // BoringSSL's reasons are only reachable through the description.
        let text = error.map { String(describing: $0) } ?? ""
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return .tls("the certificate is not trusted: its authority is unknown, or it has expired")
        }
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return .tls("the server does not speak TLS on this port")
        }
        if text.contains("PROTOCOL_VERSION") || text.contains("UNSUPPORTED_PROTOCOL") {
            return .tls("the server does not offer TLS 1.2 or later")
        }
        if text.contains("unableToValidateCertificate") || text.contains("noCertificateToValidate") {
            return .tls("the server's certificate cannot be verified")
        }
        return .tls("the handshake failed or the server closed the connection")
    }

    static func isUncleanShutdown(_ error: any Error) -> Bool {
        if case NIOSSLError.uncleanShutdown = error { return true }
        return false
    }
}
