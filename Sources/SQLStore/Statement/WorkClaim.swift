/// Claims due rows for one worker: of two concurrent claims no row goes to both, on either engine.
///
/// The due condition stands twice. Inside it finds candidates, locking them where there are row locks; outside it is
/// checked again on the row as it is when it is written, because the inner one saw an older version. The candidates are
/// a materialised table expression: as a plain sub-select PostgreSQL may run it again for every row, and then claims
/// more than `limit`. Rows come back in no particular order. An empty answer does not prove that nothing is due:
/// another worker may be holding the candidates.
package struct WorkClaim: Sendable {
    package let sql: SQL

    /// - Parameters:
    ///   - table: the table of the work rows.
    ///   - id: its primary key column.
    ///   - due: which rows may be claimed, with the lease condition: `state = 'pending' AND due_at <= \(now)`.
    ///   - order: which first: `due_at, id`.
    ///   - limit: at most so many rows.
    ///   - set: what marks them as claimed: `state = 'leased', lease_until = \(until)`. It must make `due` false.
    ///   - returning: the columns wanted.
    package init(table: String, id: String = "id", due: SQL, order: SQL, limit: Int, set: SQL, returning: SQL) {
        let table = SQL(composed: SchemaName(table).text)
        let id = SQL(composed: SchemaName(id).text)
        sql = """
            WITH claimable_work AS MATERIALIZED (\
            SELECT \(sql: id) AS claimable_id FROM \(sql: table) WHERE \(sql: due) \
            ORDER BY \(sql: order) LIMIT \(limit) \(skipLocked)) \
            UPDATE \(sql: table) SET \(sql: set) \
            WHERE \(sql: id) IN (SELECT claimable_id FROM claimable_work) AND (\(sql: due)) \
            RETURNING \(sql: returning)
            """
    }
}

extension SQLWriter {
    /// Claims due work; see ``WorkClaim``.
    package func claim(_ claim: WorkClaim) throws -> [SQLRow] {
        try rows(claim.sql)
    }
}
