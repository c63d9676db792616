import HTTPTypes
import NIOCore

/// Puts a request into its HTTP/1.1 bytes, head and body in one buffer, so that it leaves in one write.
enum RequestWriter {
    /// Headers that decide where the request goes or where it ends; whoever sets them can smuggle.
    private static let ours: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect",
        "proxy-connection", "proxy-authorization",
    ]

    static func refusal(for request: OutgoingRequest) -> OutgoingRefusal? {
        if request.method == .connect { return .header("CONNECT") }
        for field in request.headers where ours.contains(field.name.canonicalName) {
            return .header(field.name.canonicalName)
        }
        return nil
    }

    static func bytes(of request: OutgoingRequest, keepAlive: Bool, allocator: ByteBufferAllocator) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 512 + request.url.target.utf8.count + request.body.count)
        buffer.writeString(request.method.rawValue)
        buffer.writeStaticString(" ")
        buffer.writeString(request.url.target)
        buffer.writeStaticString(" HTTP/1.1\r\nHost: ")
        buffer.writeString(request.url.hostHeader)
        buffer.writeStaticString("\r\n")
        for field in request.headers {
            buffer.writeString(field.name.rawName)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
            buffer.writeStaticString("\r\n")
        }
        if request.headers[.userAgent] == nil { buffer.writeStaticString("User-Agent: exeunt\r\n") }
        if !request.body.isEmpty || request.method == .post || request.method == .put || request.method == .patch {
            buffer.writeStaticString("Content-Length: ")
            buffer.writeString(String(request.body.count))
            buffer.writeStaticString("\r\n")
        }
        if !keepAlive { buffer.writeStaticString("Connection: close\r\n") }
        buffer.writeStaticString("\r\n")
        buffer.writeBytes(request.body)
        return buffer
    }
}
