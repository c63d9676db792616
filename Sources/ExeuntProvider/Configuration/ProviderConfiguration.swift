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
    package var logging = LoggingConfiguration()

    /// What the configuration is for: a server needs more than a command that works on the database.
    package enum Purpose: Sendable, Hashable {
        case server
        /// The issuer may be missing; the database remembers the one that it was last served under.
        case administration
    }

    /// Resolves flags over environment over file, or throws everything that is wrong with them at once.
    package static func resolve(
        _ sources: ConfigurationSources,
        for purpose: Purpose = .server
    ) throws(ConfigurationErrors) -> ProviderConfiguration {
        var resolver = ConfigurationResolver(sources, purpose: purpose)
        return try resolver.resolve()
    }

    /// What the operator should hear at start, loudest first; nothing in a sound production set-up.
    package var warnings: [String] {
        var result: [String] = []
        if development {
            result.append(
                "DEVELOPMENT MODE: plain http is accepted on loopback, for this provider and for applications. "
                    + "Never use it where others can sign in."
            )
        }
        if tls == nil, issuer.isSecure, issuer != .unset, trustedProxies.isEmpty {
            result.append("There is neither a certificate nor a trusted proxy; browsers cannot use the https issuer.")
        }
        return result
    }

    /// With the defaults of everything else.
    package init(issuer: Issuer, database: DatabaseLocation, masterKey: MasterKeySource) {
        self.issuer = issuer
        self.database = database
        self.masterKey = masterKey
    }
}
