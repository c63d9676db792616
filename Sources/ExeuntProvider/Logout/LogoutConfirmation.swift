package import OpenIDTypes

/// What a confirmation page asked, carried by the page itself in a sealed value (RP-Initiated Logout §6).
///
/// It names sessions, and a session ends once: used again, it finds nothing to end. It is good only in the
/// browser that saw the question.
package struct LogoutConfirmation: Sendable, Hashable {
    package let sessions: [SessionID]
    package let initiator: ClientID?
    package let redirect: PostLogoutRedirect?
    package let browser: [UInt8]

    package init(sessions: [SessionID], initiator: ClientID?, redirect: PostLogoutRedirect?, browser: [UInt8]) {
        self.sessions = sessions
        self.initiator = initiator
        self.redirect = redirect
        self.browser = browser
    }

    package var json: JSONValue {
        var object = JSONObject()
        object["sessions"] = .array(sessions.map { .string($0.rawValue) })
        object["initiator"] = initiator.map { .string($0.rawValue) }
        object["redirect"] = redirect?.json
        object["browser"] = .string(Base64URL.encode(browser))
        return .object(object)
    }

    package init?(json: JSONValue) {
        guard let sessions = json["sessions"]?.strings,
            let browser = json["browser"]?.string.flatMap({ Base64URL.decode($0) })
        else { return nil }
        self.sessions = sessions.map(SessionID.init)
        self.initiator = json["initiator"]?.string.map(ClientID.init)
        self.redirect = json["redirect"].flatMap(PostLogoutRedirect.init(trusted:))
        self.browser = browser
    }
}
