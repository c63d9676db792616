/// What the provider's configuration says about registrations.
package struct RegistrationPolicy: Sendable {
    /// The provider's own scheme, host and port: no client may be told about a logout there.
    package var issuerOrigin: String
    /// Development: plain http on loopback is accepted.
    package var development: Bool
    /// For clients that do not say `exeunt_consent`: `never` when an operator makes them.
    package var defaultConsent: ConsentPolicy

    package init(issuerOrigin: String, development: Bool, defaultConsent: ConsentPolicy = .never) {
        self.issuerOrigin = issuerOrigin
        self.development = development
        self.defaultConsent = defaultConsent
    }
}
