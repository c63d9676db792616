package import OpenIDTypes

/// A logout request as it stands on the wire (RP-Initiated Logout §2), with nothing believed yet.
package struct EndSessionRequest: Sendable, Hashable {
    package var idTokenHint: String?
    package var logoutHint: String?
    package var clientID: ClientID?
    package var postLogoutRedirectURI: String?
    package var state: String?

    /// Longest `state` that is carried back, in bytes.
    package static let maximumState = 4096
    /// Longest hint that is looked at, in bytes.
    package static let maximumHint = 16_384

    package init(
        idTokenHint: String? = nil,
        logoutHint: String? = nil,
        clientID: ClientID? = nil,
        postLogoutRedirectURI: String? = nil,
        state: String? = nil
    ) {
        self.idTokenHint = idTokenHint
        self.logoutHint = logoutHint
        self.clientID = clientID
        self.postLogoutRedirectURI = postLogoutRedirectURI
        self.state = state
    }

    /// Every parameter is optional, and `ui_locales` never fails a logout (§2); only size can.
    package init(_ parameters: Parameters) throws(EndSessionRefusal) {
        idTokenHint = parameters["id_token_hint"]
        logoutHint = parameters["logout_hint"]
        clientID = parameters["client_id"].map(ClientID.init)
        postLogoutRedirectURI = parameters["post_logout_redirect_uri"]
        state = parameters["state"]
        if let hint = idTokenHint, hint.utf8.count > Self.maximumHint { throw .hintTooLong }
        if let state, state.utf8.count > Self.maximumState { throw .stateTooLong }
    }

    /// The request as a value that survives the hop from a cross-site POST to our own GET.
    package var json: JSONValue {
        var object = JSONObject()
        object["id_token_hint"] = idTokenHint.map(JSONValue.string)
        object["logout_hint"] = logoutHint.map(JSONValue.string)
        object["client_id"] = clientID.map { .string($0.rawValue) }
        object["post_logout_redirect_uri"] = postLogoutRedirectURI.map(JSONValue.string)
        object["state"] = state.map(JSONValue.string)
        return .object(object)
    }

    package init(json: JSONValue) {
        self.init(
            idTokenHint: json["id_token_hint"]?.string,
            logoutHint: json["logout_hint"]?.string,
            clientID: json["client_id"]?.string.map(ClientID.init),
            postLogoutRedirectURI: json["post_logout_redirect_uri"]?.string,
            state: json["state"]?.string
        )
    }
}

/// Why a logout request is answered with an error page. None may redirect (RP-Initiated Logout §4).
package enum EndSessionRefusal: String, Refusal, CaseIterable {
    case hintTooLong = "hint-too-long"
    case stateTooLong = "state-too-long"
    case prefetch = "prefetch"
    case confirmationInvalid = "confirmation-invalid"
    case receiptUnknown = "receipt-unknown"

    package var id: String { rawValue }
    package var code: OAuthErrorCode { .invalidRequest }
    package var mayRedirect: Bool { false }

    package var publicText: String {
        switch self {
        case .hintTooLong: "The id_token_hint is too long."
        case .stateTooLong: "The state is too long."
        case .prefetch: "A logout is never prefetched."
        case .confirmationInvalid:
            "This confirmation is not valid in this browser, or it is too old. Please sign out again."
        case .receiptUnknown: "There is no such receipt for this browser, or it is too old."
        }
    }

    package var section: String {
        switch self {
        case .hintTooLong, .stateTooLong, .prefetch: "RP-Initiated Logout 1.0 §4"
        case .confirmationInvalid: "RP-Initiated Logout 1.0 §6"
        case .receiptUnknown: "RP-Initiated Logout 1.0 §3"
        }
    }

    package var status: Int {
        switch self {
        case .hintTooLong, .stateTooLong, .confirmationInvalid: 400
        case .prefetch: 403
        case .receiptUnknown: 404
        }
    }
}
