import Foundation

/// A login name. What a person typed is kept for display; the key decides whether two names are the same.
package struct Username: Sendable, Hashable {
    /// Why a text cannot be a username; fits a message to the operator.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// At most this many characters and, against stacked combining marks, this many bytes of UTF-8.
    package static let maximumCharacters = 128
    package static let maximumBytes = 512

    /// As given, in normalisation form C.
    package let text: String
    /// Compatibility form with case folded: `Ａnna`, `ANNA` and `anna` are one person, so that nobody registers a
    /// look-alike of another's name.
    package let key: String

    package init(_ text: String) throws(Problem) {
        guard !text.isEmpty, text.utf8.count <= Self.maximumBytes, text.count <= Self.maximumCharacters else {
            throw Problem(description: "a username has 1 to \(Self.maximumCharacters) characters")
        }
        let normal = text.precomposedStringWithCanonicalMapping
        guard normal.unicodeScalars.allSatisfy(Self.isPrintable), normal.first != " ", normal.last != " " else {
            throw Problem(description: "a username has printable characters only, and no space at either end")
        }
        self.text = normal
        let folded = normal.precomposedStringWithCompatibilityMapping.lowercased()
        key = folded.precomposedStringWithCompatibilityMapping
        guard key.utf8.count <= 4 * Self.maximumBytes, !key.isEmpty else {
            throw Problem(description: "a username has 1 to \(Self.maximumCharacters) characters")
        }
    }

    /// Control, format, private and unassigned characters are invisible, and every space but the plain one looks like it.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == " " { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default:
            return true
        }
    }
}
