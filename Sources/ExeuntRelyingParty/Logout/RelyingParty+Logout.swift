import OpenIDTypes

extension RelyingParty {
    /// Where to send the browser to sign out everywhere (RP-Initiated Logout §2).
    ///
    /// End the application's own session first: the person may decline at the provider.
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
        }
        if let state { parameters.append(("state", state)) }
        return FormEncoding.appending(parameters, toQueryOf: endpoint)
    }

    /// Receives a back-channel logout (Back-Channel Logout §2.5 to §2.8).
    ///
    /// Answers 200 once the sessions are gone (also when they were gone already) and 400 when the token is not to be
    /// believed or was seen before. A failure of the session store is thrown, so that the provider tries again.
    ///
    /// - Parameters:
    ///   - form: the request's body, `application/x-www-form-urlencoded`.
    ///   - sessions: where the application keeps its sessions.
    public func receiveBackChannelLogout(
        form: [UInt8],
        sessions: some RelyingPartySessions
    ) async throws -> ReceiverAnswer {
        guard let parameters = try? Parameters(form: form), let token = parameters["logout_token"] else {
            return .backChannel(400)
        }
        let notice: LogoutNotice
        do { notice = try await tokens.logoutToken(token) } catch let error as RelyingPartyError {
            // The provider's keys could not be had: that is no verdict on the token.
            if error.kind == .provider { throw error }
            return .backChannel(400)
        }
        guard try await sessions.isFirstUse(ofTokenID: notice.jti, until: notice.expiry.seconds) else {
            return .backChannel(400)
        }
        if let sid = notice.sid {
            try await sessions.end(sid: sid)
        } else if let subject = notice.subject {
            try await sessions.end(subject: subject)
        }
        return .backChannel(200)
    }

    /// Receives a front-channel logout (Front-Channel Logout §2): ends the session that `sid` names at this issuer.
    ///
    /// The frame comes without the application's cookie in most browsers, so that only `iss` and `sid` can name the
    /// session; without both, nothing ends (A-56).
    ///
    /// - Parameter query: the request's query.
    /// - Returns: 200 with headers that forbid storing, and allow framing by the provider alone.
    public func receiveFrontChannelLogout(
        query: String,
        sessions: some RelyingPartySessions
    ) async throws -> ReceiverAnswer {
        let parameters = try? Parameters(query: query)
        if let sid = parameters?["sid"], parameters?["iss"] == configuration.issuer {
            try await sessions.end(sid: sid)
        }
        let framing = "frame-ancestors \(Self.origin(of: configuration.issuer))"
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
