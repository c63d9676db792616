import Foundation
import OpenIDTypes

/// A file given by name, or standard input as `-`.
struct InputFile {
    let name: String

    /// The bytes, at most `limit`.
    func bytes(limit: Int) throws -> [UInt8] {
        let handle: FileHandle
        if name == "-" {
            handle = .standardInput
        } else {
            guard let file = FileHandle(forReadingAtPath: name) else {
                throw CommandFailure("The file \(name) cannot be read.")
            }
            handle = file
        }
        var data = Data()
        while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty {
            data.append(chunk)
            guard data.count <= limit else { throw CommandFailure("\(title) has more than \(limit >> 20) MiB.") }
        }
        return Array(data)
    }

    /// One JSON value.
    func json() throws -> JSONValue {
        do {
            return try JSONValue.parse(try bytes(limit: 1 << 20))
        } catch let refusal as JSONRefusal {
            throw CommandFailure("\(title) is not usable: \(refusal)")
        }
    }

    private var title: String { name == "-" ? "Standard input" : "The file \(name)" }
}
