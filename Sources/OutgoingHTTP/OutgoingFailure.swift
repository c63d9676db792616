/// Why a request got no answer. Texts never contain headers, bodies or the URL's query.
package enum OutgoingFailure: Error, Sendable, Hashable {
    /// What a request was doing when its deadline passed.
    package enum Phase: String, Sendable, Hashable, CaseIterable {
        case resolve, connect, tls, response, body
    }

    /// The policy forbids it; nothing was sent.
    case refused(OutgoingRefusal)
    /// The name could not be resolved.
    case resolve(String)
    /// No checked address accepted a connection.
    case connect(String)
    /// The handshake or the certificate's verification failed; never tried a second time.
    case tls(String)
    /// The deadline passed, or every address let the connect timeout pass.
    case timeout(phase: Phase)
    /// The head of the answer is larger than the limit.
    case tooLarge
    /// The answer is not HTTP/1.1, or ambiguous.
    case protocolError(String)
    /// The connection was closed before the answer was complete.
    case closed
    /// The task was cancelled.
    case cancelled
    /// The client was shut down before the request started.
    case shutDown

    /// One sentence for an operator.
    package var summary: String {
        switch self {
        case .refused(let refusal): "not sent: \(refusal.summary)"
        case .resolve(let reason): "the host name could not be resolved: \(reason)"
        case .connect(let reason): "no connection: \(reason)"
        case .tls(let reason): "no secure connection: \(reason)"
        case .timeout(.resolve): "the host name was not resolved in time"
        case .timeout(.connect): "no connection was made in time"
        case .timeout(.tls): "the TLS handshake did not end in time"
        case .timeout(.response): "no answer came in time"
        case .timeout(.body): "the answer began but did not end in time"
        case .tooLarge: "the answer's headers are too large"
        case .protocolError(let reason): "the answer is not valid HTTP: \(reason)"
        case .closed: "the connection was closed before the answer was complete"
        case .cancelled: "the request was cancelled"
        case .shutDown: "the client is shutting down"
        }
    }

    /// Whether the other party may have received and obeyed the request all the same.
    package var mayHaveArrived: Bool {
        switch self {
        case .refused, .resolve, .connect, .tls, .shutDown: false
        case .timeout(.resolve), .timeout(.connect), .timeout(.tls): false
        case .timeout(.response), .timeout(.body), .tooLarge, .protocolError, .closed, .cancelled: true
        }
    }
}
