package import OpenIDTypes
package import SQLStore

/// One way to get tokens (RFC 6749 §1.3). ``TokenEndpoint`` runs the phases; a grant fills in what is its own, and so
/// cannot leave out what all have in common: client authentication, registration, the audience, one-time assertions.
package protocol TokenGrant: Sendable {
    associatedtype Facts: Sendable
    associatedtype Plan: Sendable

    /// What the client must be registered for.
    static var type: GrantType { get }
    /// Whether an ID token may come of it.
    static var isPersonal: Bool { get }

    /// Reads this grant's parameters.
    init(_ form: Parameters) throws(TokenRefusal)

    /// Loads what the decision needs, in the request's one read block.
    func load(for client: Client, from stores: TokenStores, in db: any SQLReader, now: Timestamp) throws -> Facts

    /// Decides, without any effect.
    func decide(_ facts: Facts, client: Client, now: Timestamp) throws(TokenRefusal) -> TokenDecision<Plan>

    /// Carries the plan out in the request's one write transaction, behind its gates. A refusal is returned, not
    /// thrown, so that what belongs to it is committed.
    func carryOut(
        _ plan: Plan, for order: TokenOrder, with stores: TokenStores, in db: any SQLWriter
    ) throws -> TokenOutcome
}

/// What a grant decides before anything is written.
package enum TokenDecision<Plan: Sendable>: Sendable {
    case proceed(Plan)
    /// A code or refresh token was used twice: what it gave ends, and nothing new is given.
    case revoke(GrantID, RevocationCause, TokenRefusal)
}

/// What came of the write transaction.
package enum TokenOutcome: Sendable {
    case issued(IssuedTokens)
    case refused(TokenRefusal)
}

/// Who gets tokens, for what, and when.
package struct TokenOrder: Sendable {
    package let client: Client
    /// The resource server that the access token is for (RFC 8707); nil: this provider's own endpoints.
    package let audience: String?
    package let now: Timestamp
}

/// What was stored in the transaction; signatures are made after the commit, outside of any lock.
package struct IssuedTokens: Sendable {
    /// The token itself, or the `jti` of the JWT to be signed.
    package let accessToken: String
    package let format: AccessTokenFormat
    package let accessTokenExpires: Timestamp
    package let refreshToken: String?
    package let scope: [String]
    /// Nil where no person takes part.
    package let person: IssuedIdentity?
}

/// Whom the tokens are about.
package struct IssuedIdentity: Sendable {
    package let grant: Grant
    /// Nil on a refresh (Core §12.2).
    package let nonce: String?
    /// Claims asked for in the ID token (Core §5.5).
    package let idTokenClaims: JSONObject
}
