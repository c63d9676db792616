/// Why the guarded client does not send a request, decided before anything leaves the machine.
///
/// The set is closed, so that registration can show the reason and a table test can name each one.
package enum OutgoingRefusal: Error, Sendable, Hashable {
    /// Not an absolute `http` or `https` URL.
    case notAbsolute
    /// A user name or password before the host (`https://trusted@evil`).
    case userInfo
    /// A fragment, which is never sent and only confuses comparison.
    case fragment
    /// A control character, space, backslash, non-ASCII or otherwise illegal character.
    case illegalCharacter
    /// The host is empty, too long or not a name.
    case malformedHost
    /// The host ends in a dot: the same machine under a second name.
    case trailingDot
    /// A decimal, octal, hexadecimal or shortened IPv4 form, which parsers read differently.
    case ambiguousAddress
    /// The port is not a number from 1 to 65535.
    case malformedPort
    /// The port belongs to another service.
    case port(Int)
    /// `localhost` or a name below it, outside development.
    case localName
    /// A name of one label, which only means something inside a private network.
    case singleLabel
    /// Plain http without the operator's permission.
    case plainHTTP
    /// The address lies in a range that must not be reached.
    case address(IPAddress, AddressRange)
    /// The name resolved to no address at all.
    case noAddress
    /// A header or method that only the client itself may set.
    case header(String)

    /// A stable identifier for logs, tests and machine-readable output.
    package var id: String {
        switch self {
        case .notAbsolute: "not-absolute"
        case .userInfo: "user-info"
        case .fragment: "fragment"
        case .illegalCharacter: "illegal-character"
        case .malformedHost: "malformed-host"
        case .trailingDot: "trailing-dot"
        case .ambiguousAddress: "ambiguous-address"
        case .malformedPort: "malformed-port"
        case .port: "port"
        case .localName: "local-name"
        case .singleLabel: "single-label"
        case .plainHTTP: "plain-http"
        case .address(_, let range): "address-\(range.rawValue)"
        case .noAddress: "no-address"
        case .header: "header"
        }
    }

    /// One sentence for an operator.
    package var summary: String {
        switch self {
        case .notAbsolute: "not an absolute http or https URL"
        case .userInfo: "the URL must not contain a user name or password"
        case .fragment: "the URL must not contain a fragment"
        case .illegalCharacter: "the URL contains a character that is not allowed in URLs"
        case .malformedHost: "the URL's host is not a valid name or address"
        case .trailingDot: "the URL's host must not end in a dot"
        case .ambiguousAddress: "an IPv4 address must be written as four decimal numbers"
        case .malformedPort: "the URL's port is not a number from 1 to 65535"
        case .port(let port): "port \(port) is not allowed for outgoing requests"
        case .localName: "localhost names are only allowed in development"
        case .singleLabel: "a host name of one label needs an entry in outgoing.allow"
        case .plainHTTP: "plain http needs the operator's permission"
        case .address(let address, let range):
            range == .metadata
                ? "\(address) is a cloud metadata address and is never contacted"
                : "\(address) is a \(range.rawValue) address; outgoing.allow does not contain it"
        case .noAddress: "the host name has no address"
        case .header(let name): "\(name) must not be set on an outgoing request"
        }
    }
}
