package import OpenIDTypes

/// Who may learn about which token (RFC 7662 §2.2, §4).
package enum IntrospectionRules {
    /// A client may ask about its own tokens, a resource server about access tokens made for its audience. A token
    /// without an audience is for this provider alone, and no resource server has to accept it.
    package static func mayAskAboutAccessToken(
        asking client: ClientID, audience own: String?, tokenClient: ClientID, tokenAudience: String?
    ) -> Bool {
        if client == tokenClient { return true }
        guard let own, let tokenAudience else { return false }
        return own == tokenAudience
    }

    /// A refresh token concerns its client only.
    package static func mayAskAboutRefreshToken(asking client: ClientID, tokenClient: ClientID) -> Bool {
        client == tokenClient
    }
}
