/// Everything that is wrong with the configuration, reported at once, by name, never with a secret's value.
package struct ConfigurationErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// One thing that is wrong.
    package struct Problem: Sendable, Hashable, CustomStringConvertible {
        /// The setting as the operator wrote it: `--listen`, `EXEUNT_LISTEN`, or `listen in exeunt.yaml`.
        package let name: String
        /// What is wrong and what would be right.
        package let message: String

        package init(name: String, message: String) {
            self.name = name
            self.message = message
        }

        package var description: String { "\(name): \(message)" }
    }

    package let problems: [Problem]

    package init(_ problems: [Problem]) { self.problems = problems }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
