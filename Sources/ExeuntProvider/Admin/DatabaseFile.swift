import Foundation
package import SQLStore

/// Whether there is a database to work on. Opening would create a missing SQLite file, and a command that was pointed at
/// the wrong folder would succeed on an empty one.
package enum DatabaseFile {
    /// Throws an ``AdministrationRefusal`` that says what creates it.
    package static func requireExisting(_ location: DatabaseLocation) throws {
        guard case .sqlite(let path) = location, !FileManager.default.fileExists(atPath: path) else { return }
        throw AdministrationRefusal(
            "There is no database at \(path); \"exeunt migrate\" or \"exeunt serve\" creates it, "
                + "and --database or EXEUNT_DATABASE names another."
        )
    }
}
