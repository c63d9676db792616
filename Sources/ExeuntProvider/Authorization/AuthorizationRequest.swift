package import OpenIDTypes

/// How the answer travels to the application (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2).
package enum ResponseMode: String, Sendable {
    case query
    case formPost = "form_post"
}

/// Where an answer may go. It exists only for a redirect URI that is registered for the client.
package struct AuthorizationReturn: Sendable, Hashable {
    package let redirectURI: String
    package let mode: ResponseMode
    /// Byte for byte as it came (RFC 6749 §4.1.2).
    package let state: String?

    package init(redirectURI: String, mode: ResponseMode, state: String?) {
        self.redirectURI = redirectURI
        self.mode = mode
        self.state = state
    }
}

/// A refused request: the reason, and where to tell it unless only the person may be told.
package struct RefusedAuthorization: Error, Sendable {
    package let refusal: AuthorizationRefusal
    package let target: AuthorizationReturn?

    package init(_ refusal: AuthorizationRefusal, target: AuthorizationReturn?) {
        self.refusal = refusal
        self.target = refusal.mayRedirect ? target : nil
    }
}

/// A valid authentication request (OpenID Connect Core §3.1.2.1) of a known client.
///
/// `display`, `ui_locales`, `claims_locales`, `acr_values` and unknown parameters are accepted and change nothing:
/// all are voluntary, and no authentication context class is offered.
package struct AuthorizationRequest: Sendable {
    package enum Prompt: String, Sendable { case none, login, consent, selectAccount = "select_account" }

    package let clientID: ClientID
    package let target: AuthorizationReturn
    /// What is asked for and known here, in the request's order, each once; `offline_access` only where it counts.
    package let scope: [String]
    package let nonce: String?
    /// The S256 challenge, 43 characters (RFC 7636 §4.2).
    package let codeChallenge: String?
    package let prompts: Set<Prompt>
    /// Seconds; the request's `max_age` or else the client's `default_max_age` (CO-7).
    package let maxAge: Int?
    package let idTokenHint: String?
    package let loginHint: String?
    package let claims: ClaimsRequest?

    /// What the person has to allow: the scopes, and those of claims that are asked for by name (Core §3.1.2.4, §5.5).
    package var consentScope: [String] {
        scope + (claims?.scopes.map(\.rawValue).filter { !scope.contains($0) } ?? [])
    }

    package var isSilent: Bool { prompts.contains(.none) }
    /// CO-6: `max_age=0` means `prompt=login`.
    package var forcesLogin: Bool { prompts.contains(.login) || maxAge == 0 }
}

/// The one fact about a client's registration that parsing needs.
package struct AuthorizationClient: Sendable {
    package let id: ClientID
    package let metadata: ClientMetadata

    package init(id: ClientID, metadata: ClientMetadata) {
        self.id = id
        self.metadata = metadata
    }
}

extension AuthorizationRequest {
    /// Bytes. They come back in a URL or are stored with the code; applications use a few dozen.
    private static let maximumState = 4_096
    private static let maximumNonce = 1_024
    /// What is kept of a request between its pages. Everything else was read and has no effect later.
    package static let names: Set<String> = [
        "client_id", "redirect_uri", "response_type", "response_mode", "state", "scope", "nonce", "code_challenge",
        "code_challenge_method", "prompt", "max_age", "id_token_hint", "login_hint", "claims", "request", "request_uri",
        "registration",
    ]

    /// The client that the request names: the first step, because nothing can be checked without it.
    package static func clientID(in parameters: Parameters) throws(RefusedAuthorization) -> ClientID {
        guard let clientID = parameters["client_id"] else { throw RefusedAuthorization(.clientMissing, target: nil) }
        return ClientID(clientID)
    }

    package static func parse(
        _ parameters: Parameters, client: AuthorizationClient?
    ) throws(RefusedAuthorization) -> AuthorizationRequest {
        guard let client else { throw RefusedAuthorization(.clientUnknown, target: nil) }
        // B30, B36, Y4, Y6, Y7: until here holds, the person sees a page and the address is never called.
        let target: AuthorizationReturn
        do throws(AuthorizationRefusal) {
            target = try returnAddress(parameters, client: client)
        } catch {
            throw RefusedAuthorization(error, target: nil)
        }
        do throws(AuthorizationRefusal) {
            return try parse(parameters, client: client, target: target)
        } catch {
            throw RefusedAuthorization(error, target: target)
        }
    }

    private static func returnAddress(
        _ parameters: Parameters, client: AuthorizationClient
    ) throws(AuthorizationRefusal) -> AuthorizationReturn {
        guard let redirectURI = parameters["redirect_uri"] else { throw .redirectURIMissing }
        let registered = client.metadata.redirectURIs
        let type = client.metadata.applicationType
        guard RedirectURIRule.matches(registered: registered, requested: redirectURI, applicationType: type) else {
            throw .redirectURIMismatch
        }
        let state = parameters["state"]
        guard (state?.utf8.count ?? 0) <= maximumState else { throw .stateTooLong }
        // An unknown mode is told by query, the default of `code`.
        let mode = parameters["response_mode"].flatMap(ResponseMode.init(rawValue:)) ?? .query
        return AuthorizationReturn(redirectURI: redirectURI, mode: mode, state: state)
    }

    private static func parse(
        _ parameters: Parameters, client: AuthorizationClient, target: AuthorizationReturn
    ) throws(AuthorizationRefusal) -> AuthorizationRequest {
        // B33, B34: a request object may hold the true request, so that ignoring it would answer another one.
        if parameters["request"] != nil { throw .requestObject }
        if parameters["request_uri"] != nil { throw .requestURI }
        if parameters["registration"] != nil { throw .registrationParameter }
        guard let responseType = parameters["response_type"] else { throw .responseTypeMissing }
        guard responseType == "code" else { throw .responseTypeUnsupported }
        if let mode = parameters["response_mode"], ResponseMode(rawValue: mode) == nil {
            throw .responseModeUnsupported
        }
        guard client.metadata.grantTypes.contains(.authorizationCode) else { throw .grantTypeNotRegistered }
        let nonce = parameters["nonce"]
        guard (nonce?.utf8.count ?? 0) <= maximumNonce else { throw .nonceTooLong }
        let prompts = try prompts(parameters["prompt"])
        let claims: ClaimsRequest? =
            if let text = parameters["claims"] { try ClaimsRequest.parse(text) } else { nil }
        return AuthorizationRequest(
            clientID: client.id,
            target: target,
            scope: try scope(parameters["scope"], prompts: prompts, client: client.metadata),
            nonce: nonce,
            codeChallenge: try challenge(parameters, isPublic: client.metadata.isPublic),
            prompts: prompts,
            maxAge: try maxAge(parameters["max_age"]) ?? client.metadata.defaultMaxAge,
            idTokenHint: parameters["id_token_hint"],
            loginHint: parameters["login_hint"],
            claims: claims?.limited(to: client.metadata.scope)
        )
    }
}

extension AuthorizationRequest {
    private static func prompts(_ text: String?) throws(AuthorizationRefusal) -> Set<Prompt> {
        var prompts: Set<Prompt> = []
        for word in (text ?? "").split(separator: " ") {
            guard let prompt = Prompt(rawValue: String(word)) else { throw .promptUnknown }
            prompts.insert(prompt)
        }
        // CO-2
        if prompts.contains(.none), prompts.count > 1 { throw .promptNoneWithOthers }
        return prompts
    }

    private static func maxAge(_ text: String?) throws(AuthorizationRefusal) -> Int? {
        guard let text else { return nil }
        guard text.utf8.count <= 18, text.utf8.allSatisfy({ (48...57).contains($0) }), let seconds = Int(text) else {
            throw .maxAgeMalformed
        }
        return seconds
    }

    private static func challenge(
        _ parameters: Parameters, isPublic: Bool
    ) throws(AuthorizationRefusal) -> String? {
        let method = parameters["code_challenge_method"]
        guard let challenge = parameters["code_challenge"] else {
            // RFC 9700 §2.1.1: a public client has no other protection against a stolen code.
            if isPublic || method != nil { throw .challengeMissing }
            return nil
        }
        // An absent method means plain (RFC 7636 §4.3), which a leaked request defeats.
        guard method == "S256" else { throw .challengeMethod }
        guard challenge.utf8.count == 43, Base64URL.decode(challenge)?.count == 32 else { throw .challengeMalformed }
        return challenge
    }

    private static func scope(
        _ text: String?, prompts: Set<Prompt>, client: ClientMetadata
    ) throws(AuthorizationRefusal) -> [String] {
        var scope: [String] = []
        for word in (text ?? "").split(separator: " ").map(String.init) {
            guard KnownScopes.isLegal(word) else { throw .scopeMalformed }
            guard let known = KnownScope(rawValue: word), client.scope?.contains(word) ?? true, !scope.contains(word)
            else {
                continue
            }
            if known == .offlineAccess, !grantsOffline(prompts: prompts, client: client) { continue }
            scope.append(word)
        }
        return scope
    }

    /// CO-14: offline access needs the person's word in this request, or the operator's for this client; else it is ignored.
    private static func grantsOffline(prompts: Set<Prompt>, client: ClientMetadata) -> Bool {
        client.grantTypes.contains(.refreshToken) && (prompts.contains(.consent) || client.offline)
    }
}
