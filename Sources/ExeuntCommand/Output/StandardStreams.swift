import Foundation

/// The process's streams, written whole and at once.
enum StandardStreams {
    static func print(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    /// Messages for the person; never part of a `--json` answer.
    static func message(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    static func prompt(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
