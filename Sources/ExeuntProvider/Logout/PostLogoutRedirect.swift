package import OpenIDTypes

/// Where the browser goes after a logout: an address that its client registered, byte for byte.
///
/// The one implementation of RP-Initiated Logout §3. There are no wildcards, no normalisation and no
/// parsing: every trick with prefixes, hosts, cases and encodings is a different string.
package struct PostLogoutRedirect: Sendable, Hashable {
    package let clientID: ClientID
    package let uri: String
    package let state: String?

    /// Nil unless `requested` equals one of the client's registered values exactly (RPI-OP-14).
    package init?(requested: String?, state: String?, clientID: ClientID, registered: [String]) {
        guard let requested, registered.contains(where: { $0.utf8.elementsEqual(requested.utf8) }) else { return nil }
        self.clientID = clientID
        self.uri = requested
        self.state = state
    }

    /// The address with `state` appended when it was sent, and nothing else (RPI-OP-16).
    package var location: String {
        guard let state else { return uri }
        return FormEncoding.appending([("state", state)], toQueryOf: uri)
    }

    package var json: JSONValue {
        var object = JSONObject()
        object["client_id"] = .string(clientID.rawValue)
        object["uri"] = .string(uri)
        object["state"] = state.map(JSONValue.string)
        return .object(object)
    }

    /// Only for values that this provider validated and stored itself.
    package init?(trusted json: JSONValue) {
        guard let client = json["client_id"]?.string, let uri = json["uri"]?.string else { return nil }
        clientID = ClientID(client)
        self.uri = uri
        state = json["state"]?.string
    }
}
