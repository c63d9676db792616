import OpenIDTypes

/// The answer of a command, in the one form that was asked for.
struct CommandOutput {
    let json: Bool

    /// Prints the value with `--json`, the text otherwise; of both only what is printed is made.
    func answer(_ value: @autoclosure () -> JSONValue, text: @autoclosure () -> String) {
        StandardStreams.print(json ? value().prettyPrinted() : text())
    }
}
