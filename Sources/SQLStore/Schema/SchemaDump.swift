/// The schema as stable text, one per engine, kept in the repository and compared by a test: a change of the schema is
/// seen in review, and a database that was migrated step by step is shown to be the same as a fresh one.
struct SchemaDump: Sendable {
    let engine: SQLEngineKind

    func text(_ reader: any SQLReader) throws -> String {
        switch engine {
        case .sqlite: try sqlite(reader)
        case .postgresql: try postgres(reader)
        }
    }

    private func sqlite(_ reader: any SQLReader) throws -> String {
        let rows = try reader.rows(
            """
            SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
            ORDER BY tbl_name, type DESC, name
            """
        )
        return try rows.map { try $0.value("sql", as: String.self) + ";\n" }.joined()
    }

    private func postgres(_ reader: any SQLReader) throws -> String {
        let tables = try reader.rows(
            """
            SELECT c.oid::bigint AS oid, c.relname::text AS name FROM pg_class c \
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY c.relname::text COLLATE "C"
            """
        )
        var text = ""
        for table in tables {
            let oid = try table.value("oid", as: Int64.self)
            text += "TABLE \(try table.value("name", as: String.self))\n"
            for line in try columns(oid, reader) + constraints(oid, reader) + indexes(oid, reader) {
                text += "    \(line)\n"
            }
        }
        return text
    }

    private func columns(_ table: Int64, _ reader: any SQLReader) throws -> [String] {
        try reader.rows(
            """
            SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) \
            || CASE WHEN l.collname IS NULL OR l.collname = 'default' THEN '' ELSE ' COLLATE ' || l.collname END \
            || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END \
            || CASE a.attidentity WHEN '' THEN '' ELSE ' IDENTITY' END \
            || COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS line \
            FROM pg_attribute a LEFT JOIN pg_collation l ON l.oid = a.attcollation \
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
            WHERE a.attrelid = \(table)::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """
        ).map { try $0.value("line") }
    }

    private func constraints(_ table: Int64, _ reader: any SQLReader) throws -> [String] {
        try reader.rows(
            """
            SELECT 'CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) AS line FROM pg_constraint \
            WHERE conrelid = \(table)::oid AND contype IN ('p', 'u', 'f', 'c') ORDER BY conname::text COLLATE "C"
            """
        ).map { try $0.value("line") }
    }

    /// Only those that no constraint has made; without the schema's name, which differs from place to place.
    private func indexes(_ table: Int64, _ reader: any SQLReader) throws -> [String] {
        try reader.rows(
            """
            SELECT replace(pg_get_indexdef(i.indexrelid), ' ON ' || quote_ident(current_schema()) || '.', ' ON ') AS line \
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
            WHERE i.indrelid = \(table)::oid AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid) \
            ORDER BY c.relname::text COLLATE "C"
            """
        ).map { try $0.value("line") }
    }
}
