import Crypto
import ExeuntProvider
import ExeuntTesting
import Foundation
import Logging
import OpenIDTypes
import OutgoingHTTP
import SQLStore
import Synchronization
import Testing

/// Which database a test of this folder runs on.
enum TokenEngine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory, file, postgres

    var testDescription: String { rawValue }

    static let withoutPostgres = ProcessInfo.processInfo.environment["EXEUNT_TEST_WITHOUT_POSTGRES"] == "1"
    /// Those on which requests really run side by side.
    static let concurrent: [TokenEngine] = withoutPostgres ? [.file] : [.file, .postgres]

    /// Runs `body` on a fresh provider.
    func run(
        pause: @escaping @Sendable (TokenStep) async -> Void = { _ in },
        _ body: @Sendable (TokenPlace) async throws -> Void
    ) async throws {
        let name = "token_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        let folder = NSTemporaryDirectory() + "/exeunt-" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let location = try await location(name, folder)
        let place = try await TokenPlace(location, pause: pause)
        let result: Result<Void, any Error>
        do { result = .success(try await body(place)) } catch { result = .failure(error) }
        await place.parts.outgoing.shutdown()
        await place.parts.database.close()
        try? FileManager.default.removeItem(atPath: folder)
        if self == .postgres { try await Self.onServer("DROP SCHEMA \(name) CASCADE") }
        try result.get()
    }

    private func location(_ name: String, _ folder: String) async throws -> DatabaseLocation {
        switch self {
        case .memory: return .memory
        case .file: return .sqlite(path: folder + "/data.sqlite")
        case .postgres:
            try await Self.onServer("CREATE SCHEMA \(name)")
            let server = try #require(ProcessInfo.processInfo.environment["EXEUNT_TEST_POSTGRES"])
            return .postgres(url: server + (server.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(name)")
        }
    }

    private static func onServer(_ statement: String) async throws {
        let server = try #require(
            ProcessInfo.processInfo.environment["EXEUNT_TEST_POSTGRES"],
            "start Tests/servers/postgres.sh, or set EXEUNT_TEST_WITHOUT_POSTGRES=1"
        )
        let database = try await Database.open(.postgres(url: server), logger: TokenPlace.logger)
        try await database.write { _ = try $0.execute(SQL(stringLiteral: statement)) }
        await database.close()
    }
}

/// The provider's parts over a fresh database, and the endpoints of this folder called without HTTP.
struct TokenPlace: Sendable {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let issuer = "https://op.example"
    static let uri = "https://rp.example/callback"
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    /// Making an RSA key takes longer than most of these tests.
    private static let signingKeys = Result {
        try SigningAlgorithm.allCases.map { try KeyMaterial.generate($0) }
    }

    let clock = ManualClock()
    let parts: ProviderParts
    let token: TokenEndpoint
    let userInfo: UserInfoEndpoint
    let introspection: IntrospectionEndpoint
    let revocation: RevocationEndpoint
    let recorder = Recorder()

    init(_ location: DatabaseLocation, pause: @escaping @Sendable (TokenStep) async -> Void) async throws {
        var configuration = ProviderConfiguration(
            issuer: try Issuer(Self.issuer), database: location, masterKey: .bytes([UInt8](repeating: 7, count: 32))
        )
        configuration.development = false
        var substitutes = ProviderParts.Substitutes()
        substitutes.signingKeys = try Self.signingKeys.get()
        parts = try await ProviderParts.open(
            configuration: configuration, clock: clock, logger: Self.logger, substitutes: substitutes
        )
        token = TokenEndpoint(parts: parts, pause: pause)
        userInfo = UserInfoEndpoint(parts: parts)
        introspection = IntrospectionEndpoint(parts: parts)
        revocation = RevocationEndpoint(parts: parts)
        try await addAccount("anna")
        try await addAccount("bert")
        for id in ["one", "two"] { try await addClient(id) }
    }

    /// A confidential client with the secret `<id>-secret`, unless its metadata says otherwise.
    func addClient(_ id: String, _ changes: JSONObject = [:]) async throws {
        let metadata: JSONObject = [
            "client_name": .string(id),
            "redirect_uris": [.string(Self.uri)],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "token_endpoint_auth_method": "client_secret_basic",
            "id_token_signed_response_alg": "ES256",
            "exeunt_offline": true,
            "backchannel_logout_uri": .string("https://\(id).example/backchannel"),
        ]
        try await store(id, metadata.merging(changes), now: clock.now)
    }

    /// A moment in the order of everything that was given out.
    final class Recorder: Sendable {
        private let tokens = Mutex<[(client: String, access: String, refresh: String?)]>([])
        var all: [(client: String, access: String, refresh: String?)] { tokens.withLock { $0 } }

        func note(_ answer: JSONValue, for client: String) {
            guard let access = answer["access_token"]?.string else { return }
            tokens.withLock { $0.append((client, access, answer["refresh_token"]?.string)) }
        }
    }
}

extension TokenPlace {
    private func store(_ id: String, _ metadata: JSONObject, now: Timestamp) async throws {
        let isPublic = metadata["token_endpoint_auth_method"] == "none"
        let hash: [UInt8]? = isPublic ? nil : RandomToken.hash("\(id)-secret")
        let text = JSONValue.object(metadata).serialized()
        try await parts.database.write { db in
            try db.execute(
                """
                INSERT INTO clients (client_id, metadata, secret_hash, status, revision, created_at, updated_at) \
                VALUES (\(id), \(text), \(hash), 'active', 1, \(now), \(now))
                """
            )
        }
    }

    func addAccount(_ name: String) async throws {
        let claims: JSONObject = ["name": .string("\(name) Example"), "email": .string("\(name)@example.org")]
        let text = JSONValue.object(claims).serialized()
        try await parts.database.write { [now = clock.now] db in
            try db.execute(
                """
                INSERT INTO accounts (account_id, username, username_key, status, claims, created_at, updated_at) \
                VALUES (\(name), \(name), \(name), 'active', \(text), \(now), \(now))
                """
            )
        }
    }

    func signIn(_ account: String = "anna", browser: String? = nil) async throws -> SignIn {
        try await parts.database.write { [sessions = parts.sessions, now = clock.now] db in
            try sessions.signIn(
                account: AccountID(account), userAgentSecret: browser, persistent: false, amr: ["pwd"],
                address: "192.0.2.1", agent: "test", in: db, now: now
            )
        }
    }

    func code(
        _ session: Session, for client: String = "one", scope: [String] = ["openid", "email"], offline: Bool = false,
        nonce: String? = "n-1", challenge: String? = TokenPlace.challenge, claims: JSONValue? = nil
    ) async throws -> String {
        let record = AuthorizationCodeRecord(
            clientID: ClientID(client), sessionID: session.id, accountID: session.accountID, redirectURI: Self.uri,
            scope: offline ? scope + ["offline_access"] : scope, nonce: nonce, codeChallenge: challenge, claims: claims,
            authTime: session.authTime, amr: session.amr, offline: offline
        )
        return try await parts.database.write { [now = clock.now] db in
            try AuthorizationCodeStore().issue(record, in: db, now: now)
        }
    }

    static func basic(_ client: String) -> [String] {
        ["Basic " + Data("\(client):\(client)-secret".utf8).base64EncodedString()]
    }

    /// A token request of a confidential client; what it gives is noted.
    @discardableResult
    func ask(_ client: String = "one", _ form: [(String, String)]) async throws -> JSONValue {
        let answer = try await token.answer(Parameters(pairs: form), authorization: Self.basic(client))
        recorder.note(answer, for: client)
        return answer
    }

    static func redemption(_ code: String, _ changes: [(String, String)] = []) -> [(String, String)] {
        let form = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", uri), ("code_verifier", verifier),
        ]
        return form + changes
    }

    func redeem(_ code: String, as client: String = "one") async throws -> JSONValue {
        try await ask(client, Self.redemption(code))
    }

    func refresh(_ token: String, as client: String = "one", scope: String? = nil) async throws -> JSONValue {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)]
        return try await ask(client, form + (scope.map { [("scope", $0)] } ?? []))
    }

    /// Sign-in, code and redemption in one.
    func tokens(
        _ session: Session, for client: String = "one", offline: Bool = false, scope: [String] = ["openid", "email"]
    ) async throws -> Given {
        let code = try await code(session, for: client, scope: scope, offline: offline)
        return try Given(try await redeem(code, as: client))
    }

    /// What a token answer holds.
    struct Given: Sendable {
        let access: String
        let refresh: String?
        let idToken: JSONValue?

        init(_ answer: JSONValue) throws {
            access = try #require(answer["access_token"]?.string)
            refresh = answer["refresh_token"]?.string
            idToken = try answer["id_token"]?.string.map { text in
                try JSONValue.parse(try CompactJWS.parse(text).payload)
            }
        }
    }

    /// Whether UserInfo and introspection accept it; they must agree.
    func isAlive(_ access: String, of client: String = "one") async throws -> Bool {
        let active = try await introspect(access, as: client)["active"] == true
        let served: Bool
        do {
            _ = try await userInfo.claims(access)
            served = true
        } catch is UserInfoRefusal {
            served = false
        }
        #expect(active == served)
        return active
    }

    func introspect(_ token: String, as client: String = "one") async throws -> JSONValue {
        try await introspection.answer(Parameters(pairs: [("token", token)]), authorization: Self.basic(client))
    }

    func revoke(_ token: String, as client: String = "one", hint: String? = nil) async throws {
        let form = [("token", token)] + (hint.map { [("token_type_hint", $0)] } ?? [])
        try await revocation.revoke(Parameters(pairs: form), authorization: Self.basic(client))
    }

    @discardableResult
    func end(
        _ scope: TerminationScope, cause: TerminationCause = .endSession, offline: Bool = false
    ) async throws -> TerminationOutcome {
        try await parts.termination.end(
            TerminationRequest(scope: scope, cause: cause, offline: offline, actor: "test")
        )
    }

    /// The refusal that a request meets.
    func refusal(_ body: () async throws -> Void) async throws -> TokenRefusal? {
        do {
            try await body()
            return nil
        } catch let refusal as TokenRefusal {
            return refusal
        }
    }
}
