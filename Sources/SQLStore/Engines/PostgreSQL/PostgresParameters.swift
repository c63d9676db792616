/// The values of one statement as libpq takes them: all in binary format, each with its type.
///
/// Binary text keeps a NUL character (which the server then refuses) where a C string would end at it, unseen.
struct PostgresParameters {
    /// Type numbers of `pg_type`, fixed by the protocol.
    enum TypeID {
        static let unspecified: UInt32 = 0
        static let bool: UInt32 = 16
        static let bytea: UInt32 = 17
        static let int8: UInt32 = 20
        static let int2: UInt32 = 21
        static let int4: UInt32 = 23
        static let text: UInt32 = 25
        static let oid: UInt32 = 26
        static let numeric: UInt32 = 1700
    }

    let types: [UInt32]
    private var storage: [UInt8] = [0]
    private var ranges: [Range<Int>?] = []

    init(_ values: [SQLValue]) {
        types = values.map(Self.type)
        ranges.reserveCapacity(values.count)
        for value in values {
            let start = storage.count
            switch value {
            case .null:
                ranges.append(nil)
                continue
            case .integer(let integer):
                withUnsafeBytes(of: integer.bigEndian) { storage.append(contentsOf: $0) }
            case .text(let text):
                storage.append(contentsOf: text.utf8)
            case .bytes(let bytes):
                storage.append(contentsOf: bytes)
            }
            ranges.append(start..<storage.count)
        }
    }

    /// Calls with the arrays that `PQsendQuery…` wants.
    func withPointers<R>(_ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> R) -> R {
        storage.withUnsafeBytes { buffer in
            let base = buffer.bindMemory(to: CChar.self).baseAddress!
            return body(
                ranges.map { $0.map { base + $0.lowerBound } },
                ranges.map { Int32($0?.count ?? 0) },
                [Int32](repeating: 1, count: ranges.count)
            )
        }
    }

    /// A null has no type of its own: the server takes it from the place where it stands.
    private static func type(_ value: SQLValue) -> UInt32 {
        switch value {
        case .null: TypeID.unspecified
        case .integer: TypeID.int8
        case .text: TypeID.text
        case .bytes: TypeID.bytea
        }
    }
}
