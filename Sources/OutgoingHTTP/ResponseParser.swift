import HTTPTypes
import NIOCore

/// An HTTP/1.1 response read byte by byte from someone who may be hostile, as a value: bytes in, progress out.
///
/// It refuses what RFC 9112 calls invalid or ambiguous (both framing headers, differing lengths, folded lines, unknown
/// transfer codings), holds at most one line beside the kept body, and stops at the body limit.
struct ResponseParser: Sendable {
    private enum State {
        case statusLine, headers
        case body(left: Int)
        case bodyUntilClose
        case chunkSize
        case chunk(left: Int)
        case chunkEnd, trailers
        case complete
    }

    /// A chunk-size line with its ignored extensions; nobody needs more.
    private static let maximumChunkLine = 1_024
    private static let maximumFields = 128

    private let isHEAD: Bool
    private let maximumHead: Int
    private let maximumBody: Int
    private var state = State.statusLine
    private var pending = ByteBuffer()
    private var scanned = 0
    private var headBytes = 0
    private var minorVersion = 1
    private var keepsAlive = false

    private(set) var status = 0
    private(set) var headers = HTTPFields()
    private(set) var body: [UInt8] = []
    private(set) var isTruncated = false
    /// Whether anything has been received, which forbids the second try on a fresh connection.
    private(set) var hasBegun = false

    init(isHEAD: Bool, limits: OutgoingLimits) {
        self.isHEAD = isHEAD
        maximumHead = limits.maximumHead
        maximumBody = limits.maximumBody
    }

    /// Whether the final head is complete.
    var hasHead: Bool {
        switch state {
        case .statusLine, .headers: false
        default: true
        }
    }

    /// Whether the connection can carry another request: complete, framed, not asked to close, and nothing behind it.
    var allowsReuse: Bool {
        guard case .complete = state else { return false }
        return keepsAlive && !isTruncated && pending.readableBytes == 0
    }

    /// Takes received bytes. True when the response is complete, or its body has reached the limit.
    mutating func receive(_ input: ByteBuffer) throws(OutgoingFailure) -> Bool {
        hasBegun = hasBegun || input.readableBytes > 0
        if pending.readableBytes == 0 {
            pending = input
        } else {
            pending.writeImmutableBuffer(input)
        }
        while try step() {}
        if case .complete = state { return true }
        if pending.readableBytes == 0 { pending = ByteBuffer() }
        return isTruncated
    }

    /// Takes the end of the connection. True when that completes the response.
    /// - Parameter isClean: false when TLS ended without its closing message, so that bytes may have been cut off.
    mutating func receiveEnd(isClean: Bool) -> Bool {
        guard case .bodyUntilClose = state else { return false }
        isTruncated = isTruncated || !isClean
        state = .complete
        return true
    }

    /// One step; false when more bytes are needed or none are wanted.
    private mutating func step() throws(OutgoingFailure) -> Bool {
        switch state {
        case .complete: return false
        case .statusLine:
            guard let line = try nextHeadLine() else { return false }
            try readStatusLine(line)
        case .headers:
            guard let line = try nextHeadLine() else { return false }
            if line.isEmpty { try endHead() } else { try readField(line) }
        case .body(let left):
            guard let taken = takeBody(left) else { return false }
            state = taken == left ? .complete : .body(left: left - taken)
        case .bodyUntilClose:
            return takeBody(.max) != nil
        case .chunkSize:
            guard let line = try nextLine(limit: Self.maximumChunkLine, .protocolError("chunk line too long")) else {
                return false
            }
            let size = try Self.chunkSize(line)
            state = size == 0 ? .trailers : .chunk(left: size)
        case .chunk(let left):
            guard let taken = takeBody(left) else { return false }
            state = taken == left ? .chunkEnd : .chunk(left: left - taken)
        case .chunkEnd:
            guard let line = try nextLine(limit: 2, .protocolError("chunk without end")) else { return false }
            guard line.isEmpty else { throw .protocolError("chunk without end") }
            state = .chunkSize
        case .trailers:
            guard let line = try nextHeadLine() else { return false }
            if line.isEmpty { state = .complete }
        }
        return true
    }
}

extension ResponseParser {
    /// Moves up to `wanted` bytes into the body; nil when there are none or the limit is reached.
    private mutating func takeBody(_ wanted: Int) -> Int? {
        let available = Swift.min(wanted, pending.readableBytes)
        guard available > 0, !isTruncated else { return nil }
        let room = maximumBody - body.count
        isTruncated = available > room
        body.append(contentsOf: pending.readableBytesView.prefix(Swift.min(available, room)))
        pending.moveReaderIndex(forwardBy: available)
        return isTruncated ? nil : available
    }

    private mutating func nextHeadLine() throws(OutgoingFailure) -> ArraySlice<UInt8>? {
        let before = pending.readerIndex
        let line = try nextLine(limit: maximumHead - headBytes, .tooLarge)
        headBytes += pending.readerIndex - before
        return line
    }

    /// The next line without its CRLF (RFC 9112 §2.2 lets a recipient accept a bare LF); nil when it is not complete.
    private mutating func nextLine(
        limit: Int, _ failure: OutgoingFailure
    ) throws(OutgoingFailure) -> ArraySlice<UInt8>? {
        let view = pending.readableBytesView
        guard let end = view[(view.startIndex + scanned)...].firstIndex(of: UInt8(ascii: "\n")) else {
            scanned = view.count
            guard scanned < limit else { throw failure }
            return nil
        }
        let length = end - view.startIndex
        guard length + 1 <= limit else { throw failure }
        var line = Array(view[view.startIndex..<end])[...]
        scanned = 0
        pending.moveReaderIndex(forwardBy: length + 1)
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        // RFC 9112 §2.2 and RFC 9110 §5.5: no bare CR, no NUL, no other control characters.
        guard line.allSatisfy({ ($0 >= 0x20 && $0 != 0x7f) || $0 == 0x09 }) else {
            throw .protocolError("control character in the head")
        }
        return line
    }

    private mutating func readStatusLine(_ line: ArraySlice<UInt8>) throws(OutgoingFailure) {
        let bytes = Array(line)
        guard bytes.count >= 12, bytes.starts(with: "HTTP/1.".utf8), bytes[8] == UInt8(ascii: " "),
            bytes[7] == UInt8(ascii: "0") || bytes[7] == UInt8(ascii: "1"),
            bytes.count == 12 || bytes[12] == UInt8(ascii: " ")
        else { throw .protocolError("bad status line") }
        var code = 0
        for byte in bytes[9..<12] {
            guard (0x30...0x39).contains(byte) else { throw .protocolError("bad status line") }
            code = code * 10 + Int(byte - 0x30)
        }
        // 101 switches to a protocol that was not asked for (RFC 9110 §15.2.2).
        guard (100...599).contains(code), code != 101 else { throw .protocolError("unexpected status \(code)") }
        minorVersion = Int(bytes[7] - 0x30)
        status = code
        state = .headers
    }

    private mutating func readField(_ line: ArraySlice<UInt8>) throws(OutgoingFailure) {
        // A name must touch its colon, and a line must not start with a space (RFC 9112 §5.1, §5.2).
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
            let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self))
        else { throw .protocolError("bad header line") }
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        var value = line[(colon + 1)...].drop(while: isSpace)
        while let last = value.last, isSpace(last) { value.removeLast() }
        guard headers.count < Self.maximumFields else { throw .tooLarge }
        headers.append(HTTPField(name: name, lenientValue: value))
    }

    private mutating func endHead() throws(OutgoingFailure) {
        if status < 200 {
            // Interim responses are skipped; their bytes count towards the head's limit.
            headers = HTTPFields()
            state = .statusLine
            return
        }
        let connection = headers[.connection]?.lowercased() ?? ""
        keepsAlive = minorVersion == 1 && !connection.contains("close")
        let length = try contentLength()
        let coding = headers[.transferEncoding]
        if isHEAD || status == 204 || status == 304 {
            state = .complete
        } else if let coding {
            guard length == nil, minorVersion == 1, coding.lowercased() == "chunked" else {
                throw .protocolError("ambiguous or unknown transfer coding")
            }
            state = .chunkSize
        } else if let length {
            state = length == 0 ? .complete : .body(left: length)
        } else {
            state = .bodyUntilClose
        }
    }

    /// RFC 9112 §6.3: a list of equal values is one value, anything else is an attack or a defect.
    private func contentLength() throws(OutgoingFailure) -> Int? {
        guard let text = headers[.contentLength] else { return nil }
        var length: Int?
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            var digits = part.drop { $0 == " " }
            while digits.last == " " { digits.removeLast() }
            guard (1...18).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let value = Int(digits), length == nil || length == value
            else { throw .protocolError("bad Content-Length") }
            length = value
        }
        return length
    }

    private static func chunkSize(_ line: ArraySlice<UInt8>) throws(OutgoingFailure) -> Int {
        var digits = line.prefix { $0 != UInt8(ascii: ";") }
        while let last = digits.last, last == 0x20 || last == 0x09 { digits.removeLast() }
        guard (1...15).contains(digits.count), let first = digits.first, first != UInt8(ascii: "+"),
            let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0
        else { throw .protocolError("bad chunk size") }
        return size
    }
}
