/// A table; on SQLite a STRICT one.
package struct Table: Sendable {
    let name: SchemaName
    let columns: [Column]
    let primaryKey: [SchemaName]
    let unique: [[SchemaName]]

    package init(_ name: String, _ columns: [Column], primaryKey: [String] = [], unique: [[String]] = []) {
        self.name = SchemaName(name)
        self.columns = columns
        self.primaryKey = primaryKey.map { SchemaName($0) }
        self.unique = unique.map { $0.map { SchemaName($0) } }
        let known = Set(columns.map(\.name))
        precondition(
            known.count == columns.count && self.primaryKey.allSatisfy(known.contains)
                && self.unique.joined().allSatisfy(known.contains),
            "table \(name): a column is named twice, or a key names a column that it does not have"
        )
    }

    func definition(_ engine: SQLEngineKind) -> SQL {
        var parts = columns.map { $0.definition(engine) }
        if !primaryKey.isEmpty { parts.append("PRIMARY KEY (\(list(primaryKey)))") }
        parts += unique.map { "UNIQUE (\(list($0)))" }
        let body = parts.map { "    " + $0 }.joined(separator: ",\n")
        return SQL(composed: "CREATE TABLE \(name.text) (\n\(body)\n)" + (engine == .sqlite ? " STRICT" : ""))
    }

    private func list(_ names: [SchemaName]) -> String {
        names.map(\.text).joined(separator: ", ")
    }
}

/// An index; `where` makes it partial (a condition without values, on columns of the table).
package struct Index: Sendable {
    let name: SchemaName
    let table: SchemaName
    let columns: [SchemaName]
    let unique: Bool
    let condition: String?

    package init(
        _ name: String, on table: String, _ columns: [String], unique: Bool = false, where condition: String? = nil
    ) {
        self.name = SchemaName(name)
        self.table = SchemaName(table)
        self.columns = columns.map { SchemaName($0) }
        self.unique = unique
        self.condition = condition
    }

    var definition: SQL {
        let list = columns.map(\.text).joined(separator: ", ")
        let kind = unique ? "CREATE UNIQUE INDEX" : "CREATE INDEX"
        return SQL(
            composed: "\(kind) \(name.text) ON \(table.text) (\(list))" + (condition.map { " WHERE \($0)" } ?? ""))
    }
}

/// One step of a migration.
package enum SchemaStep: Sendable {
    case table(Table)
    case index(Index)
    /// On SQLite a column that is not null needs a default.
    case addColumn(table: String, Column)
    /// One statement in the common dialect.
    case statement(SQL)

    func sql(_ engine: SQLEngineKind) -> SQL {
        switch self {
        case .table(let table): table.definition(engine)
        case .index(let index): index.definition
        case .addColumn(let table, let column):
            SQL(composed: "ALTER TABLE \(SchemaName(table).text) ADD COLUMN \(column.definition(engine))")
        case .statement(let sql): sql
        }
    }
}

/// A numbered change of the schema, applied once and never edited afterwards.
package struct Migration: Sendable {
    package let version: Int
    package let name: String
    package let steps: [SchemaStep]

    package init(version: Int, name: String, steps: [SchemaStep]) {
        precondition(version > 0, "versions start at 1")
        self.version = version
        self.name = name
        self.steps = steps
    }
}
