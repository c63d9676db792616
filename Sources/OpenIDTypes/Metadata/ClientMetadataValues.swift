/// OpenID Connect Registration §2 `application_type`.
package enum ApplicationType: String, Sendable, Hashable, CaseIterable { case web, native }

/// The grants we serve (RFC 7591 §2). Implicit and password are not among them (RFC 9700 §2.1.2, §2.4).
package enum GrantType: String, Sendable, Hashable, CaseIterable {
    case authorizationCode = "authorization_code"
    case refreshToken = "refresh_token"
    case clientCredentials = "client_credentials"
}

/// The response types we serve.
package enum ResponseType: String, Sendable, Hashable, CaseIterable { case code }

/// How a client proves who it is (Core §9).
package enum ClientAuthenticationMethod: String, Sendable, Hashable, CaseIterable {
    /// A public client: it proves nothing.
    case none
    case clientSecretBasic = "client_secret_basic"
    case clientSecretPost = "client_secret_post"
    case privateKeyJWT = "private_key_jwt"

    package var usesSecret: Bool { self == .clientSecretBasic || self == .clientSecretPost }
}

/// Core §8.
package enum SubjectType: String, Sendable, Hashable, CaseIterable { case `public`, pairwise }

/// `exeunt_consent`: whether a person is asked before a client gets anything.
package enum ConsentPolicy: String, Sendable, Hashable, CaseIterable { case never, first, always }

/// `exeunt_receipt`: when a logout that this client started shows the receipt before it goes back.
package enum ReceiptPolicy: String, Sendable, Hashable, CaseIterable {
    case onFailure = "on-failure"
    case always, never
}

/// `exeunt_access_token_format`: opaque ones see a logout at once, JWT ones only when they expire.
package enum AccessTokenFormat: String, Sendable, Hashable, CaseIterable { case opaque, jwt }

/// The provider's own choice where a client makes none; read with every lookup, so that a changed setting reaches all.
package struct ClientDefaults: Sendable, Hashable {
    package var receipt: ReceiptPolicy
    package var defaultScope: LogoutDefaultScope

    package init(receipt: ReceiptPolicy = .onFailure, defaultScope: LogoutDefaultScope = .session) {
        self.receipt = receipt
        self.defaultScope = defaultScope
    }
}

/// `exeunt_default_scope`: what a logout without `logout_scope` ends.
package enum LogoutDefaultScope: String, Sendable, Hashable, CaseIterable { case session, browser }
