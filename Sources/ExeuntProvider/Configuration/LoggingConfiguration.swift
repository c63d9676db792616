package import Logging

/// What is logged, and how. Logs go to standard error.
package struct LoggingConfiguration: Sendable, Hashable {
    /// One line per event, for people or for machines.
    package enum Format: String, Sendable, Hashable, CaseIterable {
        case text
        case json
    }

    package var level: Logger.Level = .info
    package var format: Format = .text

    package init() {}
}
