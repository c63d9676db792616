/// A statement with its values, written by string interpolation; each engine renders its own placeholders.
///
///     let sql: SQL = "SELECT name FROM clients WHERE id = \(id) AND tenant = \(tenant) \(forUpdate)"
///
/// Values never enter the text, so there is no injection; there is no `init(String)`, so there is no way around it.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// Where something other than the author's text stands: offset in UTF-8 bytes.
    struct Mark: Sendable {
        enum Kind: Sendable { case value, fragment(SQLFragment) }
        var offset: Int
        var kind: Kind
    }

    /// The text as SQLite takes it: `?` for each value, nothing for a lock fragment.
    var text: String
    var marks: [Mark]
    var values: [SQLValue]

    package init(stringLiteral value: String) {
        text = value
        marks = []
        values = []
    }

    package init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    /// For text that this module itself has composed (table definitions); never for anything from outside.
    init(composed text: String) {
        self.init(stringLiteral: text)
    }

    package static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum.append(right)
        return sum
    }

    /// Adds to a statement that is put together piece by piece, without copying what is there.
    package mutating func append(_ other: SQL) {
        let shift = text.utf8.count
        text += other.text
        values += other.values
        for mark in other.marks {
            marks.append(Mark(offset: mark.offset + shift, kind: mark.kind))
        }
    }

    mutating func append(value: SQLValue) {
        marks.append(Mark(offset: text.utf8.count, kind: .value))
        values.append(value)
        text += "?"
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        var sql = SQL(stringLiteral: "")

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.text.reserveCapacity(literalCapacity + interpolationCount)
            sql.marks.reserveCapacity(interpolationCount)
            sql.values.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) {
            sql.text += literal
        }

        package mutating func appendInterpolation<B: SQLBindable>(_ value: B) {
            sql.append(value: value.sqlValue)
        }

        package mutating func appendInterpolation<B: SQLBindable>(_ value: B?) {
            sql.append(value: value?.sqlValue ?? .null)
        }

        package mutating func appendInterpolation(_ fragment: SQLFragment) {
            sql.marks.append(Mark(offset: sql.text.utf8.count, kind: .fragment(fragment)))
        }

        package mutating func appendInterpolation(sql other: SQL) {
            sql.append(other)
        }

        /// `(?,?,…)`; an empty list is `(NULL)`, which `IN` never finds.
        package mutating func appendInterpolation<B: SQLBindable>(list: [B]) {
            guard !list.isEmpty else {
                sql.text += "(NULL)"
                return
            }
            sql.text += "("
            for (index, value) in list.enumerated() {
                if index > 0 { sql.text += "," }
                sql.append(value: value.sqlValue)
            }
            sql.text += ")"
        }
    }
}

/// A piece of SQL that only one engine needs.
package struct SQLFragment: Sendable, Hashable {
    let postgres: String
}

/// Locks the rows read and passes over rows that another transaction has locked. SQLite has one writer: nothing there.
package let skipLocked = SQLFragment(postgres: "FOR UPDATE SKIP LOCKED")
/// Locks the rows read until the transaction ends. SQLite has one writer: nothing there.
package let forUpdate = SQLFragment(postgres: "FOR UPDATE")
/// Keeps the rows read from being changed until the transaction ends. SQLite has one writer: nothing there.
package let forShare = SQLFragment(postgres: "FOR SHARE")

extension SQL {
    /// The text as PostgreSQL takes it: `$1…` for values, lock fragments in place.
    var postgresText: String {
        var source = text
        let bytes = source.withUTF8 { utf8 in
            var output: [UInt8] = []
            output.reserveCapacity(utf8.count + marks.count * 4)
            var copied = 0
            var number = 0
            for mark in marks {
                output.append(contentsOf: utf8[copied..<mark.offset])
                copied = mark.offset
                switch mark.kind {
                case .value:
                    number += 1
                    output.append(UInt8(ascii: "$"))
                    output.append(contentsOf: String(number).utf8)
                    copied += 1
                case .fragment(let fragment):
                    output.append(contentsOf: fragment.postgres.utf8)
                }
            }
            output.append(contentsOf: utf8[copied...])
            return output
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension SQL {
    /// Whether the statement begins or ends a transaction. In a block that is refused: blocks of other callers may share
    /// the transaction.
    var controlsTransaction: Bool {
        let word = text.drop { $0.isWhitespace }.prefix { $0.isLetter }.uppercased()
        return [
            "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE", "VACUUM",
            "ATTACH",
        ].contains(word)
    }

    /// The refusal, for both engines.
    var transactionControlRefusal: SQLError {
        .statement(text, "a block may not begin or end a transaction")
    }
}
