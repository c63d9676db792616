/// A value on its way to or from the database.
///
/// There is no floating-point case: nothing in this schema is approximate, and the engines differ in how they round.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])
}

/// A type that can be given to a statement by interpolation.
package protocol SQLBindable: Sendable {
    var sqlValue: SQLValue { get }
}

/// A type that can be read from a column. `init(sqlValue:)` throws ``SQLError/decoding(_:)`` when the value is of
/// another kind, and never guesses.
package protocol SQLReadable {
    init(sqlValue: SQLValue) throws
}

extension SQLValue: SQLBindable, SQLReadable {
    package var sqlValue: SQLValue { self }
    package init(sqlValue: SQLValue) { self = sqlValue }

    /// The kind, for messages: a value never appears in an error.
    var kind: String {
        switch self {
        case .null: "null"
        case .integer: "integer"
        case .text: "text"
        case .bytes: "bytes"
        }
    }
}

extension String: SQLBindable, SQLReadable {
    package var sqlValue: SQLValue { .text(self) }

    package init(sqlValue: SQLValue) throws {
        guard case .text(let text) = sqlValue else {
            throw SQLError.decoding("expected text, found \(sqlValue.kind)")
        }
        self = text
    }
}

extension Int64: SQLBindable, SQLReadable {
    package var sqlValue: SQLValue { .integer(self) }

    package init(sqlValue: SQLValue) throws {
        guard case .integer(let integer) = sqlValue else {
            throw SQLError.decoding("expected an integer, found \(sqlValue.kind)")
        }
        self = integer
    }
}

extension Int: SQLBindable, SQLReadable {
    package var sqlValue: SQLValue { .integer(Int64(self)) }

    package init(sqlValue: SQLValue) throws {
        self = Int(try Int64(sqlValue: sqlValue))
    }
}

extension Bool: SQLBindable, SQLReadable {
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }

    package init(sqlValue: SQLValue) throws {
        switch sqlValue {
        case .integer(0): self = false
        case .integer(1): self = true
        default: throw SQLError.decoding("expected 0 or 1, found another \(sqlValue.kind)")
        }
    }
}

extension Array: SQLBindable where Element == UInt8 {
    package var sqlValue: SQLValue { .bytes(self) }
}

extension Array: SQLReadable where Element == UInt8 {
    package init(sqlValue: SQLValue) throws {
        guard case .bytes(let bytes) = sqlValue else {
            throw SQLError.decoding("expected bytes, found \(sqlValue.kind)")
        }
        self = bytes
    }
}

/// Identifiers and closed enums need one line: `extension ClientID: SQLBindable, SQLReadable {}`.
extension SQLBindable where Self: RawRepresentable, RawValue: SQLBindable {
    package var sqlValue: SQLValue { rawValue.sqlValue }
}

extension SQLReadable where Self: RawRepresentable, RawValue: SQLReadable {
    package init(sqlValue: SQLValue) throws {
        guard let value = Self(rawValue: try RawValue(sqlValue: sqlValue)) else {
            throw SQLError.decoding("not a value of \(Self.self)")
        }
        self = value
    }
}
