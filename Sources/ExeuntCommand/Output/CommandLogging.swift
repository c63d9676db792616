import ExeuntProvider
import Foundation
import Logging

/// Logs go to standard error, which leaves standard output to the answer.
enum CommandLogging {
    static func start(_ configuration: LoggingConfiguration) -> Logger {
        LoggingSystem.bootstrap { label in
            var handler: any LogHandler =
                switch configuration.format {
                case .text: StreamLogHandler.standardError(label: label)
                case .json: JSONLogHandler(label: label)
                }
            handler.logLevel = configuration.level
            return handler
        }
        return Logger(label: "exeunt")
    }
}
