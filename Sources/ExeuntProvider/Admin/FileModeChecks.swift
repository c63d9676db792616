import Foundation
import SQLStore

/// Whether other system users can read what only the provider may read.
enum FileModeChecks {
    static func checks(_ configuration: ProviderConfiguration) -> [Doctor.Check] {
        var files: [(name: String, path: String)] = []
        if case .file(let path) = configuration.masterKey { files.append(("secret key file", path)) }
        if case .sqlite(let path) = configuration.database { files.append(("database file", path)) }
        if let tls = configuration.tls { files.append(("TLS key", tls.key)) }
        return files.compactMap { name, path in
            var found = stat()
            guard stat(path, &found) == 0 else { return nil }
            let mode = found.st_mode & 0o777
            return mode & 0o077 == 0
                ? Doctor.Check(name, .ok, "\(path) can be read by its owner alone")
                : Doctor.Check(
                    name, .warning,
                    "\(path) has mode \(String(mode, radix: 8)) and can be read by others; use chmod 600"
                )
        }
    }
}
