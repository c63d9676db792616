/// What can go wrong between a statement and its rows. No case ever holds a bound value or a password.
package enum SQLError: Error, Sendable, Hashable {
    /// Unique, foreign-key, not-null or check constraint.
    case constraint(String)
    /// A column is missing, null or of another type than was asked for.
    case decoding(String)
    /// Another process held the lock, or the statement ran, longer than the limit. Nothing was changed.
    case busy(String)
    /// The database cannot be reached or opened. Nothing was changed.
    case unavailable(String)
    /// The database, or the block, only permits reading.
    case readOnly(String)
    case diskFull(String)
    /// The connection was lost after COMMIT was sent, and the server could not be asked what became of it.
    /// The write may or may not have happened; it was not repeated.
    case inDoubt(String)
    /// The database was written by a later version of the program.
    case newerSchema(found: Int, known: Int)
    /// The migrations known here are not the ones that this database has seen.
    case schemaMismatch(String)
    /// The file is something else, or damaged.
    case notADatabase(String)
    /// The file belongs to another system user.
    case wrongOwner(String)
    /// The address of the database cannot be understood.
    case badLocation(String)
    /// This engine does not do this.
    case unsupported(String)
    /// The engine refused a statement: its text without values, and the reason.
    case statement(String, String)
}

extension SQLError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .constraint(let reason): "a constraint was violated: \(reason)"
        case .decoding(let reason): "a result could not be read: \(reason)"
        case .busy(let reason): "the database is busy: \(reason)"
        case .unavailable(let reason): "the database is unavailable: \(reason)"
        case .readOnly(let reason): "the database is read-only: \(reason)"
        case .diskFull(let reason): "the disk of the database is full: \(reason)"
        case .inDoubt(let reason): "it is not known whether a write was committed: \(reason)"
        case .newerSchema(let found, let known):
            "the database has schema version \(found), but this program knows versions up to \(known) only; "
                + "use the newer program"
        case .schemaMismatch(let reason): "the database's schema history does not fit this program: \(reason)"
        case .notADatabase(let reason): "not a usable database: \(reason)"
        case .wrongOwner(let reason): reason
        case .badLocation(let reason): "bad database address: \(reason)"
        case .unsupported(let reason): reason
        case .statement(let sql, let reason): "a statement failed: \(reason) [\(sql)]"
        }
    }
}
