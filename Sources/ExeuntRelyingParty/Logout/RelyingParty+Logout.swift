import OpenIDTypes

extension RelyingParty {
    /// Where to send the browser to sign out everywhere (RP-Initiated Logout §2).
    ///
    /// End the application's own session first: the person may decline at the provider (§2, RPI-RP-4).
    ///
    /// - Parameters:
    ///   - idTokenHint: the ID token of the login; it spares the person the question.
    ///   - postLogoutRedirectURI: one of the registered addresses; by default the configured one.
    ///   - state: comes back on the return; check it, and never take the return as a proof.
    /// - Throws: ``RelyingPartyError`` when the provider has no end-session endpoint or cannot be asked.
    public func logoutURL(
        idTokenHint: String?,
        postLogoutRedirectURI: String? = nil,
        state: String? = nil
    ) async throws -> String {
        guard let endpoint = try await directory.endpoints().endSession else {
            throw RelyingPartyError(.provider, "the provider has no end-session endpoint")
        }
        var parameters: [(String, String)] = []
        if let idTokenHint { parameters.append(("id_token_hint", idTokenHint)) }
        parameters.append(("client_id", configuration.clientID))
        if let uri = postLogoutRedirectURI ?? configuration.postLogoutRedirectURI {
            parameters.append(("post_logout_redirect_uri", uri))
            // §2: the state comes back with that address and nowhere else.
            if let state { parameters.append(("state", state)) }
        }
        return FormEncoding.appending(parameters, toQueryOf: endpoint)
    }

    /// Receives a back-channel logout (Back-Channel Logout §2.5 to §2.8).
    ///
    /// Answers 200 once the sessions are gone (also when they were gone already) and 400 when the token is not to be
    /// believed or was seen before.
    ///
    /// - Parameters:
    ///   - form: the request's body, `application/x-www-form-urlencoded`.
    ///   - sessions: where the application keeps its sessions.
    /// - Throws: what the session store throws, or ``RelyingPartyError`` of kind `provider` when the provider's keys
    ///   cannot be had. Neither is a verdict on the token: answer 5xx, so that the provider tries again.
    public func receiveBackChannelLogout(
        form: [UInt8],
        sessions: some RelyingPartySessions
    ) async throws -> ReceiverAnswer {
        guard let parameters = try? Parameters(form: form), let token = parameters["logout_token"] else {
            return .backChannel(400)
        }
        do {
            let notice = try await verifyLogoutToken(token)
            return .backChannel(try await sessions.end(notice) ? 200 : 400)
        } catch let error as RelyingPartyError where error.kind == .token {
            return .backChannel(400)
        }
    }

    /// Verifies a logout token (Back-Channel Logout §2.6), for applications with a receiver of their own.
    ///
    /// Whether its ``LogoutNotice/tokenID`` was seen before is for the application to know.
    ///
    /// - Throws: ``RelyingPartyError``: kind `token` for one that is not to be believed, which is answered with 400;
    ///   kind `provider` when the provider's keys cannot be had, which is answered with 5xx.
    public func verifyLogoutToken(_ token: String) async throws -> LogoutNotice {
        try await tokens.logoutToken(token)
    }

    /// Receives a front-channel logout (Front-Channel Logout §2): ends the session that `sid` names at this issuer.
    ///
    /// The frame comes without the application's cookie in most browsers, so that only `iss` and `sid` can name the
    /// session; without both, nothing ends, or every page of the web could sign people out (A-56). Register
    /// `frontchannel_logout_session_required`, so that both are sent.
    ///
    /// - Parameters:
    ///   - query: the request's query, without its question mark.
    ///   - sessions: where the application keeps its sessions.
    /// - Returns: 200 with headers that forbid storing, and allow framing by the provider alone.
    /// - Throws: what the session store throws.
    public func receiveFrontChannelLogout(
        query: String,
        sessions: some RelyingPartySessions
    ) async throws -> ReceiverAnswer {
        let parameters = try? Parameters(query: query)
        if let sid = parameters?["sid"], parameters?["iss"] == configuration.issuer {
            let issuer = configuration.issuer
            let notice = LogoutNotice(
                issuer: issuer, subject: nil, sid: sid, tokenID: nil, issuedAt: 0, expiresAt: 0
            )
            _ = try await sessions.end(notice)
        }
        let framing = "default-src 'none'; frame-ancestors \(Self.origin(of: configuration.issuer))"
        return ReceiverAnswer(
            status: 200,
            headers: ["Cache-Control": "no-store", "Content-Security-Policy": framing]
        )
    }

    static func origin(of issuer: String) -> String {
        let parts = issuer.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count >= 2 else { return issuer }
        return "\(parts[0])//\(parts[1].prefix { $0 != "/" })"
    }
}
