/// A table, column or index name. Lower case, so that quoting is never needed and both engines fold it alike; words
/// that PostgreSQL reserves are refused by it when the table is made.
struct SchemaName: Sendable, Hashable {
    let text: String

    /// Names are written in the source code: a wrong one is a programming error and stops the program at once.
    init(_ text: String) {
        let valid = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
        precondition(
            valid && !text.isEmpty && text.utf8.count <= 60 && !(text.first?.isNumber ?? true),
            "not a usable SQL name: \(text)"
        )
        self.text = text
    }
}
