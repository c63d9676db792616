/// The column names of one statement, shared by all of its rows.
final class SQLColumns: Sendable {
    let names: [String]
    private let positions: [String: Int]

    init(_ names: [String]) {
        self.names = names
        // Below a dozen names, comparing them one after the other is quicker than hashing.
        positions =
            names.count < 12
            ? [:] : Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func position(of name: String) -> Int? {
        positions.isEmpty ? names.firstIndex(of: name) : positions[name]
    }
}

/// One row of a result, complete in memory: it may leave the transaction that read it.
package struct SQLRow: Sendable {
    let columns: SQLColumns
    let values: [SQLValue]

    /// The column's value; throws ``SQLError/decoding(_:)`` if there is no such column, it is null or of another type.
    package func value<T: SQLReadable>(_ column: String, as type: T.Type = T.self) throws -> T {
        let raw = try raw(column)
        if case .null = raw, T.self != SQLValue.self {
            throw SQLError.decoding("column \(column) is null")
        }
        return try decode(raw, column)
    }

    /// The column's value, or nil where it is null; throws ``SQLError/decoding(_:)`` for a missing column or another type.
    package func optional<T: SQLReadable>(_ column: String, as type: T.Type = T.self) throws -> T? {
        let raw = try raw(column)
        if case .null = raw { return nil }
        return try decode(raw, column)
    }

    private func raw(_ column: String) throws -> SQLValue {
        guard let position = columns.position(of: column) else {
            throw SQLError.decoding("no column \(column) in the result")
        }
        return values[position]
    }

    private func decode<T: SQLReadable>(_ value: SQLValue, _ column: String) throws -> T {
        do {
            return try T(sqlValue: value)
        } catch SQLError.decoding(let reason) {
            throw SQLError.decoding("column \(column): \(reason)")
        }
    }
}
