/// Why something that a provider or a browser said was not believed.
public struct RelyingPartyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure, for programs.
    public enum Kind: String, Sendable {
        /// The application's own registration cannot be right.
        case configuration
        /// The provider could not be reached or did not speak the protocol. No verdict on a token; try again.
        case provider
        /// The answer in the browser does not belong to a login of this browser.
        case response
        /// A token is not what it claims to be.
        case token
        /// The provider refused: the person declined, or must sign in first.
        case denied
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// One sentence without secrets, fit for a log.
    public let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
