/// Rows under headings, columns aligned by what a terminal shows.
struct TextTable {
    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: String...) { self.headings = headings }

    /// A column longer than this is cut: one long value must not push the rest off the screen.
    private static let widest = 60

    mutating func add(_ cells: String...) { rows.append(cells.map(Self.cell)) }

    /// `empty` is what to say where there is nothing.
    func text(empty: String) -> String {
        guard !rows.isEmpty else { return empty }
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            row.indices.map { column in
                let isLast = column == row.count - 1
                return isLast
                    ? row[column] : row[column] + String(repeating: " ", count: widths[column] - row[column].count)
            }
            .joined(separator: "  ")
        }
        .joined(separator: "\n")
    }

    /// One line of printable characters: names come from others, and a terminal obeys escape sequences.
    private static func cell(_ text: String) -> String {
        let safe = printable(text)
        return safe.count > widest ? safe.prefix(widest - 1) + "…" : safe
    }

    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: "\u{FFFD}"
                    default: scalar
                    }
                }
            )
        )
    }
}
