internal import CLibPQ

/// One result of libpq, freed with this object.
final class PostgresResult {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    var status: ExecStatusType { PQresultStatus(handle) }
    var isSuccess: Bool { status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK }
    /// `COMMIT`, `ROLLBACK`, `UPDATE 3` …
    var tag: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }
    var changedRows: Int { PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0 }
    var rowCount: Int { Int(PQntuples(handle)) }

    /// The server's own sentence, without its DETAIL line, which repeats values.
    var message: String { field(PostgresFault.Field.primaryMessage) ?? "no answer" }
    var sqlState: String? { field(PostgresFault.Field.sqlState) }

    func field(_ code: Character) -> String? {
        PQresultErrorField(handle, Int32(code.asciiValue!)).map { String(cString: $0) }
    }

    /// `columns` are those of an earlier result of the same prepared statement: the server guarantees that they stay.
    func rows(columns known: inout SQLColumns?) throws -> [SQLRow] {
        let width = PQnfields(handle)
        let columns: SQLColumns
        if let known, known.names.count == Int(width) {
            columns = known
        } else {
            columns = SQLColumns((0..<width).map { String(cString: PQfname(handle, $0)) })
            known = columns
        }
        let types = (0..<width).map { PQftype(handle, $0) }
        return try (0..<PQntuples(handle)).map { row in
            SQLRow(columns: columns, values: try (0..<width).map { try value(row, $0, types[Int($0)]) })
        }
    }

    private func value(_ row: Int32, _ column: Int32, _ type: UInt32) throws -> SQLValue {
        guard PQgetisnull(handle, row, column) == 0, let start = PQgetvalue(handle, row, column) else { return .null }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(handle, row, column)))
        switch type {
        case PostgresParameters.TypeID.int8, PostgresParameters.TypeID.int4, PostgresParameters.TypeID.int2,
            PostgresParameters.TypeID.oid:
            guard let integer = Self.integer(bytes) else { throw SQLError.decoding("an integer out of range") }
            return .integer(integer)
        case PostgresParameters.TypeID.bool:
            return .integer(bytes.first == UInt8(ascii: "t") ? 1 : 0)
        case PostgresParameters.TypeID.numeric:
            // A sum of bigint has this type.
            return Self.integer(bytes).map { .integer($0) } ?? .text(String(decoding: bytes, as: UTF8.self))
        case PostgresParameters.TypeID.bytea:
            return .bytes(try Self.bytes(bytes))
        default:
            return .text(String(decoding: bytes, as: UTF8.self))
        }
    }

    static func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
        let negative = text.first == UInt8(ascii: "-")
        let digits = negative ? text[1...] : text[...]
        guard !digits.isEmpty else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard byte >= 48, byte <= 57 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            // Counted downward for negative numbers: the smallest has no positive counterpart.
            let (sum, carry) =
                negative
                ? product.subtractingReportingOverflow(Int64(byte - 48))
                : product.addingReportingOverflow(Int64(byte - 48))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }

    /// `\x` and two digits for each byte (`bytea_output = hex` is set on every connection).
    private static func bytes(_ text: UnsafeRawBufferPointer) throws -> [UInt8] {
        guard text.count >= 2, text.count % 2 == 0, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x") else {
            throw SQLError.decoding("bytes in an unknown format")
        }
        return try stride(from: 2, to: text.count, by: 2).map { try nibble(text[$0]) << 4 | nibble(text[$0 + 1]) }
    }

    private static func nibble(_ digit: UInt8) throws -> UInt8 {
        switch digit {
        case 48...57: digit - 48
        case 97...102: digit - 87
        default: throw SQLError.decoding("bytes in an unknown format")
        }
    }
}
