package import ExeuntProvider
package import OpenIDTypes

/// An application that a test registered.
package struct TestClient: Sendable {
    package let id: ClientID
    package let secret: String?
    package let metadata: JSONValue

    package var redirectURI: String { metadata["redirect_uris"]?.strings?.first ?? "" }
    package var postLogoutRedirectURI: String { metadata["post_logout_redirect_uris"]?.strings?.first ?? "" }

    /// `Authorization: Basic …` for the token endpoint.
    package var basic: [String: String] {
        ["Authorization": "Basic " + PaddedBase64.encode(Array("\(id.rawValue):\(secret ?? "")".utf8))]
    }
}

/// What one login gave an application.
package struct TestTokens: Sendable {
    package let response: JSONValue

    package var accessToken: String { response["access_token"]?.string ?? "" }
    package var refreshToken: String { response["refresh_token"]?.string ?? "" }
    package var idToken: String { response["id_token"]?.string ?? "" }
    package var claims: JSONValue {
        (try? CompactJWS.parse(idToken)).flatMap { try? JSONValue.parse($0.payload) } ?? .null
    }
    package var sid: String { claims["sid"]?.string ?? "" }
}

/// The way through the provider did not go where the test expected.
package struct UnexpectedAnswer: Error, CustomStringConvertible {
    package let description: String

    package init(_ step: String, _ answer: Browser.Answer) {
        description = "\(step): \(answer.status) \(answer.location ?? "") \(answer.text.prefix(1500))"
    }
}

extension TestProvider {
    package static let password = "correct horse battery staple"

    @discardableResult
    package func addAccount(_ username: String, claims: JSONObject = [:]) async throws -> AccountID {
        let administration = AccountAdministration(
            database: parts.database,
            directory: parts.accounts,
            hasher: parts.hasher,
            termination: parts.termination,
            clock: parts.clock
        )
        return
            try await administration
            .add(username: username, claims: claims, password: Self.password, actor: "test").id
    }

    /// Registers an application; `changes` go over a confidential one that has every logout address at `party`.
    package func addClient(
        _ name: String = "application",
        at origin: String = "http://127.0.0.1:1",
        _ changes: JSONObject = [:]
    ) async throws -> TestClient {
        var metadata: JSONObject = [
            "client_name": .string(name),
            "redirect_uris": [.string(origin + "/callback")],
            "post_logout_redirect_uris": [.string(origin + "/post-logout")],
            "grant_types": ["authorization_code", "refresh_token"],
            "id_token_signed_response_alg": "ES256",
        ]
        for (name, value) in changes.members { metadata[name] = value == .null ? nil : value }
        let added = try await clientAdministration.add(.object(metadata), actor: "test")
        return TestClient(id: added.client.id, secret: added.secret, metadata: .object(metadata))
    }

    package var clientAdministration: ClientAdministration {
        ClientAdministration(
            database: parts.database,
            policy: RegistrationPolicy(
                issuerOrigin: parts.configuration.issuer.origin,
                development: parts.configuration.development
            ),
            addresses: parts.addresses,
            termination: parts.termination,
            clock: parts.clock
        )
    }

    package func authorizationURL(_ client: TestClient, _ changes: [String: String] = [:]) -> String {
        var parameters = [
            "response_type": "code", "client_id": client.id.rawValue, "redirect_uri": client.redirectURI,
            "scope": "openid", "state": "the-state", "nonce": "the-nonce",
            "code_challenge": Self.challenge, "code_challenge_method": "S256",
        ]
        for (name, value) in changes { parameters[name] = value.isEmpty ? nil : value }
        return url("/oidc/authorize?")
            + Parameters.encode(parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    package static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    package static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    /// Goes to the authorization endpoint and through login and consent; returns the redirect to the application.
    package func authorize(
        _ browser: Browser,
        _ client: TestClient,
        as username: String = "alice",
        _ changes: [String: String] = [:]
    ) async throws -> Browser.Answer {
        var answer = try await browser.follow(try await browser.get(authorizationURL(client, changes)), within: issuer)
        if answer.shows("login-form") {
            let values = [("username", username), ("password", Self.password)]
            answer = try await browser.follow(
                try await browser.submit("login-form", on: answer, values), within: issuer)
        }
        if answer.shows("consent-form") {
            let allowed = try await browser.submit("consent-form", on: answer, [("decision", "allow")])
            answer = try await browser.follow(allowed, within: issuer)
        }
        guard answer.location?.hasPrefix(client.redirectURI) == true else {
            throw UnexpectedAnswer("authorize", answer)
        }
        return answer
    }

    package func token(
        _ client: TestClient,
        _ form: [(String, String)],
        browser: Browser? = nil
    ) async throws -> Browser.Answer {
        let caller = try browser ?? Browser()
        let identified = client.secret == nil ? form + [("client_id", client.id.rawValue)] : form
        return try await caller.post(url("/oidc/token"), identified, headers: client.secret == nil ? [:] : client.basic)
    }

    package func redeem(_ client: TestClient, code: String) async throws -> Browser.Answer {
        try await token(
            client,
            [
                ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", client.redirectURI),
                ("code_verifier", Self.verifier),
            ]
        )
    }

    /// Signs a person in to an application, and redeems the code.
    package func signIn(
        _ browser: Browser,
        _ client: TestClient,
        as username: String = "alice",
        _ changes: [String: String] = [:]
    ) async throws -> TestTokens {
        let answer = try await authorize(browser, client, as: username, changes)
        guard let code = answer.redirected("code") else { throw UnexpectedAnswer("code", answer) }
        let redeemed = try await redeem(client, code: code)
        guard redeemed.status == 200, let json = redeemed.json else { throw UnexpectedAnswer("redeem", redeemed) }
        return TestTokens(response: json)
    }

    package func refresh(_ client: TestClient, _ refreshToken: String) async throws -> Browser.Answer {
        try await token(client, [("grant_type", "refresh_token"), ("refresh_token", refreshToken)])
    }

    /// Whether introspection by the token's own client calls it active.
    package func isActive(_ token: String, _ client: TestClient) async throws -> Bool {
        let answer = try await Browser().post(url("/oidc/introspect"), [("token", token)], headers: client.basic)
        guard answer.status == 200, let active = answer.json?["active"]?.bool else {
            throw UnexpectedAnswer("introspect", answer)
        }
        return active
    }

    package func logoutURL(_ parameters: [(String, String)]) -> String {
        url("/oidc/logout") + (parameters.isEmpty ? "" : "?" + Parameters.encode(parameters))
    }

    /// What an application learns from `prompt=none`: nil when signed in, or the error.
    package func silentError(_ browser: Browser, _ client: TestClient) async throws -> String? {
        let first = try await browser.get(authorizationURL(client, ["prompt": "none"]))
        let answer = try await browser.follow(first, within: issuer)
        if let error = answer.redirected("error") { return error }
        guard answer.redirected("code") != nil else { throw UnexpectedAnswer("prompt=none", answer) }
        return nil
    }
}
