/// An error of a statement, and what it means for the block.
struct PostgresFault: Error {
    enum Consequence {
        /// The block failed.
        case final
        /// The server ended the transaction to let another one go on: run the block again.
        case repeatable
        /// A prepared statement does not fit any more: prepare anew and run the block again.
        case stale
        /// The connection is gone.
        case lost
    }

    let error: SQLError
    let consequence: Consequence

    /// Codes of the fields of an error message, PQresultErrorField.
    enum Field {
        static let sqlState: Character = "C"
        static let primaryMessage: Character = "M"
        static let constraint: Character = "n"
    }

    static let lost = PostgresFault(
        error: .unavailable("the connection to PostgreSQL was lost"), consequence: .lost
    )

    init(error: SQLError, consequence: Consequence) {
        self.error = error
        self.consequence = consequence
    }

    /// By SQLSTATE (PostgreSQL, appendix A).
    init(_ result: PostgresResult, _ sql: SQL) {
        let state = result.sqlState ?? ""
        let message = result.message
        switch (state.prefix(2), state) {
        case ("23", _):
            self.init(error: .constraint(result.field(Field.constraint).map { "\(message) (\($0))" } ?? message))
        case (_, "40001"), (_, "40P01"):
            self.init(error: .busy(message), consequence: .repeatable)
        case (_, "26000"):
            self.init(error: .statement(sql.text, message), consequence: .stale)
        case (_, "0A000") where message.contains("cached plan"):
            self.init(error: .statement(sql.text, message), consequence: .stale)
        case (_, "25006"):
            self.init(error: .readOnly(message))
        case (_, "53100"):
            self.init(error: .diskFull(message))
        case (_, "57014"), (_, "55P03"):
            self.init(error: .busy(message))
        case (_, "08P01"):
            // A placeholder written by hand: the values do not fit the statement.
            self.init(error: .statement(sql.text, message))
        case ("08", _), (_, "57P01"), (_, "57P02"), (_, "57P03"), (_, "57P05"), (_, "25P03"), (_, ""):
            self.init(error: .unavailable("the connection to PostgreSQL was lost: \(message)"), consequence: .lost)
        case ("53", _), ("58", _):
            self.init(error: .unavailable(message))
        default:
            self.init(error: .statement(sql.text, message))
        }
    }

    private init(error: SQLError) {
        self.init(error: error, consequence: .final)
    }
}
