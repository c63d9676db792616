/// "Did you mean …?" for a misspelt name.
package enum SettingSuggestion {
    /// The end of a sentence: a suggestion, or nothing if no name is close.
    package static func phrase(for word: String, among names: [String]) -> String {
        let best = names.map { (name: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
            .min { $0.distance < $1.distance }
        guard let best, best.name.utf8.count > 3, best.distance <= max(2, best.name.utf8.count / 4) else { return "" }
        return "; did you mean \(best.name)?"
    }

    /// Levenshtein's distance; names are short, and longer words are not close to any.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        guard a.count <= 64, b.count <= 64 else { return .max }
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substitution = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
