import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

/// Steps of a browser on its way through authorization that several suites take.
extension TestProvider {
    /// Goes to the authorization endpoint and as far as the provider leads, without doing anything on a page.
    func begin(
        _ browser: Browser, _ client: TestClient, _ changes: [String: String] = [:]
    ) async throws -> Browser.Answer {
        try await browser.follow(try await browser.get(authorizationURL(client, changes)), within: issuer)
    }

    /// Fills in a login page; not followed.
    func login(
        _ browser: Browser, on page: Browser.Answer, as username: String, password: String = TestProvider.password,
        remember: Bool = false
    ) async throws -> Browser.Answer {
        let values = [("username", username), ("password", password)] + (remember ? [("remember", "1")] : [])
        return try await browser.submit("login-form", on: page, values)
    }

    /// From a login page to wherever it leads.
    func pass(
        _ browser: Browser, login page: Browser.Answer, as username: String
    ) async throws -> Browser.Answer {
        try await browser.follow(try await login(browser, on: page, as: username), within: issuer)
    }

    /// Ends a session as its account's operator would.
    func end(_ session: SessionID) async throws {
        _ = try await parts.termination.end(
            TerminationRequest(scope: .session(session), cause: .operatorEnded, actor: "test")
        )
    }

    /// What the code stands for.
    func record(of code: String?) async throws -> AuthorizationCodeRecord {
        let code = try #require(code)
        let stored = try await parts.database.read { db in try AuthorizationCodeStore().find(code, in: db) }
        return try #require(stored).record
    }

    /// A hint as an application would hold it: an ID token of ours, of any age.
    func idToken(
        for client: TestClient, subject: AccountID, age: Duration = .zero, algorithm: SigningAlgorithm = .es256
    ) async throws -> String {
        let issued = (clock.now - age).seconds
        let payload: JSONValue = [
            "iss": .string(issuer), "sub": .string(subject.rawValue), "aud": .string(client.id.rawValue),
            "iat": .integer(issued), "exp": .integer(issued + 600), "sid": "unknown",
        ]
        let now = clock.now
        return try await parts.database.read { [keys = parts.keys] db in
            try keys.signer(algorithm, in: db, now: now).sign(type: "JWT", payload: payload)
        }
    }
}
