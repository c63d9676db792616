import OpenIDTypes

/// One record of an import: where it begins, and its bytes.
struct AccountImportRecord: Sendable {
    let line: Int
    let bytes: ArraySlice<UInt8>

    /// A record with every claim filled is far smaller.
    static let maximumBytes = 256 * 1024

    /// What a record says, before it is judged.
    struct Fields {
        var username: String
        var password: String?
        var passwordHash: String?
        var isDisabled: Bool
        var claims: JSONObject
    }

    /// The records of JSON lines, or the elements of one array, each with the line that it begins in.
    static func split(_ bytes: [UInt8]) throws -> [AccountImportRecord] {
        let start = bytes.firstIndex { !isSpace($0) } ?? bytes.endIndex
        guard start < bytes.endIndex else { throw AdministrationRefusal("The import is empty.") }
        return bytes[start] == UInt8(ascii: "[") ? try elements(of: bytes, from: start) : lines(of: bytes)
    }

    /// The members: `username`, `password` or `password_hash`, `disabled`; claims beside them or in a member `claims`.
    func fields() throws -> Fields {
        guard bytes.count <= Self.maximumBytes else { throw AdministrationRefusal("The record is too large.") }
        let value: JSONValue
        do {
            value = try JSONValue.parse(bytes)
        } catch {
            throw AdministrationRefusal(error.description)
        }
        guard var members = value.object else { throw AdministrationRefusal("A record is a JSON object.") }
        guard let username = members["username"]?.string else {
            throw AdministrationRefusal("A record needs a username, a text.")
        }
        let password = try Self.text("password", members)
        let passwordHash = try Self.text("password_hash", members)
        if password != nil, passwordHash != nil {
            throw AdministrationRefusal("password and password_hash exclude each other.")
        }
        let disabled = members["disabled"] ?? false
        guard let isDisabled = disabled.bool else { throw AdministrationRefusal("disabled must be true or false.") }
        let nested = members["claims"] ?? [:]
        guard let claims = nested.object else { throw AdministrationRefusal("claims must be an object.") }
        for name in ["username", "password", "password_hash", "disabled", "claims"] { members[name] = nil }
        return Fields(
            username: username, password: password, passwordHash: passwordHash, isDisabled: isDisabled,
            claims: members.merging(claims)
        )
    }

    private static func text(_ name: String, _ members: JSONObject) throws -> String? {
        guard let value = members[name], value != .null else { return nil }
        guard let text = value.string else { throw AdministrationRefusal("\(name) must be a text.") }
        return text
    }

    private static func lines(of bytes: [UInt8]) -> [AccountImportRecord] {
        bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated()
            .filter { !$0.element.allSatisfy(isSpace) }
            .map { AccountImportRecord(line: $0.offset + 1, bytes: $0.element) }
    }

    /// Cuts at the commas of the outermost array; what is between them is parsed strictly afterwards.
    private static func elements(of bytes: [UInt8], from start: Int) throws -> [AccountImportRecord] {
        var records: [AccountImportRecord] = []
        var line = 1 + bytes[..<start].count { $0 == 0x0a }
        var (depth, inText, escaped, from, isClosed) = (0, false, false, start + 1, false)
        func close(at end: Int) {
            let element = bytes[from..<end]
            let first = element.firstIndex { !isSpace($0) } ?? end
            // `line` is that of `end`; the element began as many lines above as it has newlines.
            records.append(.init(line: line - bytes[first..<end].count { $0 == 0x0a }, bytes: bytes[first..<end]))
            from = end + 1
        }
        for index in (start + 1)..<bytes.endIndex {
            let byte = bytes[index]
            if isClosed, !isSpace(byte) { throw AdministrationRefusal("line \(line): There is text after the array.") }
            switch byte {
            case 0x0a: line += 1
            case _ where inText:
                inText = escaped || byte != UInt8(ascii: "\"")
                escaped = !escaped && byte == UInt8(ascii: "\\")
            case UInt8(ascii: "\""): inText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "]") where depth == 0:
                if !records.isEmpty || !bytes[from..<index].allSatisfy(isSpace) { close(at: index) }
                isClosed = true
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ",") where depth == 0: close(at: index)
            default: break
            }
        }
        guard isClosed else { throw AdministrationRefusal("The array is not closed.") }
        return records
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }
}
