/// What a read block may do. Synchronous: a block cannot await, hence never holds its snapshot over a network call.
package protocol SQLReader {
    /// All rows of the statement.
    func rows(_ sql: SQL) throws -> [SQLRow]
    /// The first row, if there is one.
    func row(_ sql: SQL) throws -> SQLRow?
}

/// What a write block may do. An error of any statement fails the block, even if the block catches it: PostgreSQL
/// aborts the transaction then, and SQLite is made to do the same.
package protocol SQLWriter: SQLReader {
    /// Runs the statement; returns the number of rows inserted, changed or deleted by it (not by cascades).
    @discardableResult
    func execute(_ sql: SQL) throws -> Int
}

extension SQLReader {
    package func row(_ sql: SQL) throws -> SQLRow? {
        try rows(sql).first
    }
}
