import HTTPTypes
import Logging
package import OpenIDTypes
package import OutgoingHTTP

/// One application's side of OpenID Connect: sign-in with a code and PKCE, sign-out that reaches everybody, and the
/// receivers for what the provider says later.
///
/// It knows no web framework: it returns addresses to go to and takes the parameters that came.
public struct RelyingParty: Sendable {
    /// The registration that this value was made with.
    public let configuration: RelyingPartyConfiguration
    let directory: ProviderDirectory
    let client: OutgoingClient
    let tokens: TokenVerifier

    /// Prepares the application's side. The provider is first asked when it is needed.
    ///
    /// - Throws: when no TLS context can be made on this machine.
    public init(_ configuration: RelyingPartyConfiguration) throws {
        let policy = AddressPolicy(development: configuration.development)
        let logger = Logger(label: "exeunt.relying-party")
        try self.init(configuration, client: OutgoingClient(policy: policy, logger: logger))
    }

    package init(
        _ configuration: RelyingPartyConfiguration,
        client: OutgoingClient,
        clock: any WallClock = SystemClock()
    ) {
        self.configuration = configuration
        self.client = client
        directory = ProviderDirectory(issuer: configuration.issuer, client: client)
        tokens = TokenVerifier(
            issuer: configuration.issuer,
            clientID: configuration.clientID,
            directory: directory,
            clock: clock
        )
    }

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
    /// - Parameter query: the query of the redirect, without its question mark.
    /// - Throws: ``RelyingPartyError``; nobody is signed in then.
    public func completeLogin(query: String, _ transaction: LoginTransaction) async throws -> SignedIn {
        let answer: Parameters
        do { answer = try Parameters(query: query) } catch {
            throw RelyingPartyError(.response, "the answer cannot be read")
        }
        guard answer["state"] == transaction.state else {
            throw RelyingPartyError(.response, "the answer belongs to another login")
        }
        // RFC 9207 §2.4: an answer of another issuer is a mix-up.
        if let issuer = answer["iss"], issuer != configuration.issuer {
            throw RelyingPartyError(.response, "the answer is another provider's")
        }
        if let error = answer["error"] { throw RelyingPartyError(.denied, "the provider answered \(error)") }
        guard let code = answer["code"] else { throw RelyingPartyError(.response, "the answer has no code") }
        let reply = try await redeem(code, transaction)
        guard let idToken = reply["id_token"]?.string, let accessToken = reply["access_token"]?.string else {
            throw RelyingPartyError(.provider, "the provider gave no tokens")
        }
        let claims = try await tokens.idToken(idToken, nonce: transaction.nonce)
        return SignedIn(
            subject: claims["sub"]?.string ?? "",
            sid: claims["sid"]?.string,
            idToken: idToken,
            accessToken: accessToken,
            refreshToken: reply["refresh_token"]?.string,
            claims: claims.serialized()
        )
    }

    private func redeem(_ code: String, _ transaction: LoginTransaction) async throws -> JSONValue {
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
                url: try OutgoingURL(try await directory.endpoints().token),
                headers: headers,
                body: Array(Parameters.encode(form).utf8),
                isRepeatable: false
            )
            let response = try await client.send(request)
            let reply = try JSONValue.parse(response.body)
            guard response.status == 200 else {
                let code = reply["error"]?.string ?? "status \(response.status)"
                throw RelyingPartyError(.provider, "the token endpoint answered \(code)")
            }
            return reply
        } catch let failure as OutgoingFailure {
            throw RelyingPartyError(.provider, "the token endpoint: \(failure.summary)")
        } catch is JSONRefusal {
            throw RelyingPartyError(.provider, "the token endpoint did not answer with JSON")
        }
    }

    /// `client_secret_basic`: both halves form-encoded first (RFC 6749 §2.3.1).
    static func basic(_ id: String, _ secret: String) -> String {
        let encoded = [id, secret].map { FormEncoding.percentEncode($0) }.joined(separator: ":")
        return "Basic " + Base64Text.encode(Array(encoded.utf8))
    }
}
