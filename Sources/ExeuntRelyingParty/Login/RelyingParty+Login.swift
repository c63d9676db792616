import HTTPTypes
import OpenIDTypes
import OutgoingHTTP

extension RelyingParty {
    /// Where to send the browser to sign in (Core §3.1.2.1).
    ///
    /// - Parameter prompt: `login`, `none`, `consent` or `select_account`, or nil for the provider's choice.
    /// - Throws: ``RelyingPartyError`` when the provider cannot be asked for its endpoints.
    public func loginURL(_ transaction: LoginTransaction, prompt: String? = nil) async throws -> String {
        var parameters = [
            ("response_type", "code"),
            ("client_id", configuration.clientID),
            ("redirect_uri", configuration.redirectURI),
            ("scope", configuration.scopes.joined(separator: " ")),
            ("state", transaction.state),
            ("nonce", transaction.nonce),
            ("code_challenge", transaction.codeChallenge),
            ("code_challenge_method", "S256"),
        ]
        if let prompt { parameters.append(("prompt", prompt)) }
        return FormEncoding.appending(parameters, toQueryOf: try await directory.endpoints().authorization)
    }

    /// Redeems what the browser brought back to the redirect URI (Core §3.1.2.5, §3.1.3).
    ///
    /// - Parameters:
    ///   - query: the query of the redirect, without its question mark.
    ///   - transaction: what this browser was sent off with. Use it once, whatever comes back.
    /// - Throws: ``RelyingPartyError``; nobody is signed in then.
    public func completeLogin(query: String, _ transaction: LoginTransaction) async throws -> SignedIn {
        let endpoints = try await directory.endpoints()
        let code = try CallbackRules.code(
            in: query,
            state: transaction.state,
            issuer: configuration.issuer,
            issuerIsNamed: endpoints.namesItself
        )
        let reply = try await redeem(code, transaction, at: endpoints.token)
        // RFC 6749 §5.1, Core §3.1.3.3: a type that is not understood must not be used.
        guard let idToken = reply["id_token"]?.string, let accessToken = reply["access_token"]?.string,
            reply["token_type"]?.string?.lowercased() == "bearer"
        else { throw RelyingPartyError(.provider, "the provider gave no tokens of the type Bearer") }
        let claims = try await tokens.idToken(idToken, nonce: transaction.nonce)
        return SignedIn(
            issuer: configuration.issuer,
            subject: claims["sub"]?.string ?? "",
            sid: claims["sid"]?.string,
            issuedAt: claims["iat"]?.int ?? 0,
            idToken: idToken,
            accessToken: accessToken,
            refreshToken: reply["refresh_token"]?.string,
            claims: try await withUserInfo(claims, accessToken: accessToken).serialized()
        )
    }

    private func redeem(_ code: String, _ transaction: LoginTransaction, at address: String) async throws -> JSONValue {
        var form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", configuration.redirectURI),
            ("code_verifier", transaction.codeVerifier),
        ]
        var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded", .accept: "application/json"]
        if let secret = configuration.clientSecret {
            headers[.authorization] = Self.basic(configuration.clientID, secret)
        } else {
            form.append(("client_id", configuration.clientID))
        }
        do {
            let request = OutgoingRequest(
                method: .post,
                url: try OutgoingURL(address),
                headers: headers,
                body: Array(Parameters.encode(form).utf8),
                // A code is good for one use: a silent second try would look like a stolen one.
                isRepeatable: false
            )
            let response = try await client.send(request)
            let reply = response.bodyTruncated ? nil : try? JSONValue.parse(response.body)
            guard response.status == 200, let reply else {
                let reason = reply?["error"]?.string.map(CallbackRules.printable) ?? "status \(response.status)"
                throw RelyingPartyError(.provider, "the token endpoint answered \(reason)")
            }
            return reply
        } catch {
            throw RelyingPartyError(provider: error, at: address)
        }
    }

    /// `client_secret_basic`: both halves form-encoded first (RFC 6749 §2.3.1).
    static func basic(_ id: String, _ secret: String) -> String {
        let encoded = [id, secret].map { FormEncoding.percentEncode($0) }.joined(separator: ":")
        return "Basic " + Base64Text.encode(Array(encoded.utf8))
    }
}
