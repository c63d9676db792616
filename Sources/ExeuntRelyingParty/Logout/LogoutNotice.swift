/// What the provider said about a logout, once it is believed: end this session, or all of this person's
/// (Back-Channel Logout §2.4, Front-Channel Logout §2).
public struct LogoutNotice: Sendable, Hashable, Codable {
    /// The provider that said so.
    public let issuer: String
    /// The person; with no ``sid`` all of their sessions end.
    public let subject: String?
    /// The session.
    public let sid: String?
    /// The `jti` of a logout token, to recognise a second use; nil for the front channel, which has none.
    public let tokenID: String?
    /// When the token was made, in seconds since 1970; 0 for the front channel.
    public let issuedAt: Int64
    /// How long ``tokenID`` must be remembered, in seconds since 1970.
    public let expiresAt: Int64

    /// Whether the notice ends this login (Back-Channel Logout §2.7).
    ///
    /// With both names given both must fit: a session of somebody else is not meant.
    public func concerns(_ login: SignedIn) -> Bool {
        guard issuer == login.issuer, sid != nil || subject != nil else { return false }
        return (sid == nil || sid == login.sid) && (subject == nil || subject == login.subject)
    }

    /// Whether a login that arrives after the notice is already over: its code was redeemed, the provider's session
    /// ended and the notice overtook it. A person may sign in anew, which gives another `sid` or a later token.
    public func precludes(_ login: SignedIn) -> Bool {
        concerns(login) && (sid != nil || login.issuedAt < issuedAt)
    }
}
