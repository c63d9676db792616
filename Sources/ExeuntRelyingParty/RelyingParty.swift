import Logging
package import OpenIDTypes
package import OutgoingHTTP

/// One application's side of OpenID Connect: sign-in with a code and PKCE, sign-out that reaches everybody, and the
/// receivers for what the provider says later.
///
/// It knows no web framework: it returns addresses to go to and takes the parameters that came.
public struct RelyingParty: Sendable {
    /// The registration that this value was made with.
    public let configuration: RelyingPartyConfiguration
    let client: OutgoingClient
    let directory: ProviderDirectory
    let tokens: TokenVerifier

    /// Prepares the application's side. The provider is first asked when it is needed.
    ///
    /// - Throws: ``RelyingPartyError`` of kind `configuration` for a registration that cannot be right; the TLS
    ///   library's error when no TLS context can be made on this machine.
    public init(_ configuration: RelyingPartyConfiguration) throws {
        let ranges: [CIDR]
        do { ranges = try configuration.allowedAddresses.map { try CIDR($0) } } catch {
            throw RelyingPartyError(.configuration, "allowedAddresses: \(error)")
        }
        let client = try OutgoingClient(
            policy: AddressPolicy(allow: ranges, development: configuration.development),
            caFile: configuration.authorityFile,
            logger: Logger(label: "exeunt.relying-party")
        )
        try self.init(configuration, client: client)
    }

    package init(
        _ configuration: RelyingPartyConfiguration,
        client: OutgoingClient,
        clock: any WallClock = SystemClock()
    ) throws(RelyingPartyError) {
        try configuration.check()
        self.configuration = configuration
        self.client = client
        directory = ProviderDirectory(configuration, client: client, clock: clock)
        tokens = TokenVerifier(
            issuer: configuration.issuer,
            clientID: configuration.clientID,
            directory: directory,
            clock: clock
        )
    }
}
