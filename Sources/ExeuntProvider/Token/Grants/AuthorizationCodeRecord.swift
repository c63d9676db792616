package import OpenIDTypes

/// What a person granted at the authorization endpoint, kept until the application fetches it.
package struct AuthorizationCodeRecord: Sendable, Hashable {
    package let clientID: ClientID
    package let sessionID: SessionID
    package let accountID: AccountID
    /// Exactly as it came; the token request must repeat it (Core §3.1.3.2).
    package let redirectURI: String
    package let scope: [String]
    package let nonce: String?
    /// The S256 challenge (RFC 7636 §4.2); nil only for confidential clients.
    package let codeChallenge: String?
    /// The `claims` parameter (Core §5.5).
    package let claims: JSONValue?
    /// When the person had authenticated at the moment of the grant; a later sign-in does not change it.
    package let authTime: Timestamp
    package let amr: [String]
    /// The grant outlives its session (Core §11).
    package let offline: Bool

    package init(
        clientID: ClientID, sessionID: SessionID, accountID: AccountID, redirectURI: String, scope: [String],
        nonce: String? = nil, codeChallenge: String? = nil, claims: JSONValue? = nil, authTime: Timestamp,
        amr: [String], offline: Bool
    ) {
        self.clientID = clientID
        self.sessionID = sessionID
        self.accountID = accountID
        self.redirectURI = redirectURI
        self.scope = scope
        self.nonce = nonce
        self.codeChallenge = codeChallenge
        self.claims = claims
        self.authTime = authTime
        self.amr = amr
        self.offline = offline
    }

    /// What the code's row does not hold in columns of its own.
    var json: JSONValue {
        var members: JSONObject = [
            "account": .string(accountID.rawValue),
            "redirect_uri": .string(redirectURI),
            "scope": .strings(scope),
            "auth_time": .integer(authTime.milliseconds),
            "amr": .strings(amr),
            "offline": .bool(offline),
        ]
        members["nonce"] = nonce.map(JSONValue.string)
        members["code_challenge"] = codeChallenge.map(JSONValue.string)
        members["claims"] = claims
        return .object(members)
    }

    init?(json: JSONValue, clientID: ClientID, sessionID: SessionID) {
        guard let account = json["account"]?.string, let redirectURI = json["redirect_uri"]?.string,
            let scope = json["scope"]?.strings, let authTime = json["auth_time"]?.int, let amr = json["amr"]?.strings,
            let offline = json["offline"]?.bool
        else { return nil }
        self.init(
            clientID: clientID, sessionID: sessionID, accountID: AccountID(account), redirectURI: redirectURI,
            scope: scope, nonce: json["nonce"]?.string, codeChallenge: json["code_challenge"]?.string,
            claims: json["claims"], authTime: Timestamp(milliseconds: authTime), amr: amr, offline: offline
        )
    }
}
