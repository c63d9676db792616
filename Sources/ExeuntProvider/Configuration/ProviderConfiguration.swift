package import OpenIDTypes
package import OutgoingHTTP
package import SQLStore

/// The effective configuration of a provider, resolved once from flags over environment over a YAML file.
package struct ProviderConfiguration: Sendable {
    package var issuer: Issuer
    package var listen = ListenAddress(host: "127.0.0.1", port: 8080)
    package var database: DatabaseLocation
    /// Allows plain http on loopback, for the issuer and for applications; said loudly at start.
    package var development = false
    /// The server's own TLS; nil behind a proxy and in development.
    package var tls: TLSFiles?
    /// Peers whose `X-Forwarded-For` is believed.
    package var trustedProxies: [CIDR] = []
    package var outgoing = OutgoingConfiguration()
    package var masterKey: MasterKeySource
    package var lifetimes = Lifetimes()
    package var delivery = DeliverySettings()
    /// Whether a browser sees the receipt after a logout, for clients that do not say.
    package var receipt: ReceiptPolicy = .onFailure
    /// What a logout without `logout_scope` ends, for clients that do not say.
    package var defaultScope: LogoutDefaultScope = .session

    /// With the defaults of everything else; the command line uses ``ConfigurationResolver``.
    package init(issuer: Issuer, database: DatabaseLocation, masterKey: MasterKeySource) {
        self.issuer = issuer
        self.database = database
        self.masterKey = masterKey
    }
}
