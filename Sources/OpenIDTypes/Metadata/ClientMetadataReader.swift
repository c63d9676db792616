/// Reads the members of a registration by type and collects what does not fit. Knows nothing of rules between members.
struct ClientMetadataReader {
    private let members: JSONObject
    private var read: Set<String> = []
    private(set) var refusals: [RegistrationRefusal] = []
    /// False if it was no object at all: then there is nothing to judge.
    let isUsable: Bool

    /// Ours to give, or about the registration itself: never kept as metadata.
    static let reserved: Set<String> = [
        "client_id", "client_secret", "client_id_issued_at", "client_secret_expires_at", "registration_access_token",
        "registration_client_uri",
    ]

    /// Asking for protection and silently not getting it is worse than a refusal.
    static let unsupported: Set<String> = [
        "id_token_encrypted_response_alg", "id_token_encrypted_response_enc", "userinfo_encrypted_response_alg",
        "userinfo_encrypted_response_enc", "userinfo_signed_response_alg", "request_object_signing_alg",
        "request_object_encryption_alg", "request_object_encryption_enc", "sector_identifier_uri", "request_uris",
        "software_statement", "tls_client_auth_subject_dn",
    ]
    static let unsupportedIfTrue: Set<String> = [
        "require_pushed_authorization_requests", "require_signed_request_object", "dpop_bound_access_tokens",
        "tls_client_certificate_bound_access_tokens",
    ]

    init(json: JSONValue) {
        isUsable = json.object != nil
        members = json.object ?? [:]
        if !isUsable { refuse("client metadata", .notAnObject) }
    }

    mutating func read(defaultConsent: ConsentPolicy) -> ClientMetadata {
        var result = ClientMetadata()
        readProtocol(into: &result)
        readLogout(into: &result)
        readDescription(into: &result)
        readOwn(into: &result, defaultConsent: defaultConsent)
        readRest(into: &result)
        return result
    }

    private mutating func readProtocol(into result: inout ClientMetadata) {
        result.applicationType = choice("application_type") ?? .web
        result.redirectURIs = addresses("redirect_uris")
        let grants: [GrantType] = choices("grant_types") ?? [.authorizationCode]
        result.grantTypes = Set(grants)
        result.responseTypes =
            choices("response_types") ?? (grants.contains(.authorizationCode) ? [.code] : [])
        result.tokenEndpointAuthMethod = choice("token_endpoint_auth_method") ?? .clientSecretBasic
        result.tokenEndpointAuthSigningAlg = choice("token_endpoint_auth_signing_alg")
        result.jwks = member("jwks")
        result.jwksURI = text("jwks_uri", limit: 2048)
        result.idTokenSignedResponseAlg = choice("id_token_signed_response_alg") ?? .rs256
        result.subjectType = choice("subject_type") ?? .public
        if let scope = text("scope", limit: 4096) {
            let tokens = scope.split(separator: " ").map(String.init)
            if !tokens.allSatisfy(KnownScopes.isLegal) { refuse("scope", .forbiddenCharacter) }
            result.scope = Set(tokens)
        }
        result.requireAuthTime = flag("require_auth_time") ?? false
        if let seconds = member("default_max_age") {
            if let value = seconds.int, value >= 0, value <= 315_360_000 {
                result.defaultMaxAge = Int(value)
            } else {
                refuse("default_max_age", .wrongType)
            }
        }
    }

    private mutating func readLogout(into result: inout ClientMetadata) {
        result.postLogoutRedirectURIs = addresses("post_logout_redirect_uris")
        result.backchannelLogoutURI = text("backchannel_logout_uri", limit: 2048)
        result.backchannelLogoutSessionRequired = flag("backchannel_logout_session_required") ?? false
        result.frontchannelLogoutURI = text("frontchannel_logout_uri", limit: 2048)
        result.frontchannelLogoutSessionRequired = flag("frontchannel_logout_session_required") ?? false
    }

    private mutating func readDescription(into result: inout ClientMetadata) {
        result.clientName = text("client_name", limit: 255)
        if let name = result.clientName, !Self.isFitForPages(name) { refuse("client_name", .forbiddenCharacter) }
        result.clientURI = text("client_uri", limit: 2048)
        result.logoURI = text("logo_uri", limit: 2048)
        result.policyURI = text("policy_uri", limit: 2048)
        result.tosURI = text("tos_uri", limit: 2048)
        result.initiateLoginURI = text("initiate_login_uri", limit: 2048)
        result.contacts = list("contacts", limit: 255) ?? []
    }

    private mutating func readOwn(into result: inout ClientMetadata, defaultConsent: ConsentPolicy) {
        result.consent = choice("exeunt_consent") ?? defaultConsent
        result.registeredReceipt = choice("exeunt_receipt")
        result.offline = flag("exeunt_offline") ?? false
        result.audience = text("exeunt_audience", limit: 255)
        if let audience = result.audience, !audience.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) || audience.isEmpty {
            refuse("exeunt_audience", .forbiddenCharacter)
        }
        result.accessTokenFormat = choice("exeunt_access_token_format") ?? .opaque
        if let type = text("exeunt_logout_token_type", limit: 64) {
            if type == "logout+jwt" || type == "JWT" {
                result.logoutTokenType = type
            } else {
                refuse("exeunt_logout_token_type", .unsupportedValue, hint: "one of: logout+jwt, JWT")
            }
        }
        result.notifyOnExpiry = flag("exeunt_notify_on_expiry") ?? true
        result.registeredDefaultScope = choice("exeunt_default_scope")
        result.allowsHTTP = flag("exeunt_allow_http") ?? false
    }

    /// A member of ours that we do not know is a typing error; any other is kept and ignored (RFC 7591 §2).
    private mutating func readRest(into result: inout ClientMetadata) {
        for (name, value) in members.members where !read.contains(name) && !Self.reserved.contains(name) {
            if name.hasPrefix("exeunt_") {
                refuse(PublicName.shown(name), .unknownMember)
            } else if value == .null {
                continue
            } else if Self.unsupported.contains(name) || (Self.unsupportedIfTrue.contains(name) && value != false) {
                refuse(name, .notSupported)
            } else {
                result.otherMembers[name] = value
            }
        }
        if result.otherMembers.count > 50 { refuse("client metadata", .tooMany) }
    }

    // MARK: Members by type

    /// Null is the same as absent: RFC 7591 §2 gives it no meaning of its own, RFC 7592 §2.2 says so for updates.
    private mutating func member(_ name: String) -> JSONValue? {
        read.insert(name)
        guard let value = members[name], value != .null else { return nil }
        return value
    }

    private mutating func refuse(_ member: String, _ problem: RegistrationProblem, hint: String? = nil) {
        refusals.append(RegistrationRefusal(member: member, problem: problem, hint: hint))
    }

    private mutating func text(_ name: String, limit: Int) -> String? {
        guard let value = member(name) else { return nil }
        guard let text = value.string else {
            refuse(name, .wrongType)
            return nil
        }
        if text.utf8.count > limit { refuse(name, .tooLong) }
        return text
    }

    private mutating func flag(_ name: String) -> Bool? {
        guard let value = member(name) else { return nil }
        if value.bool == nil { refuse(name, .wrongType) }
        return value.bool
    }

    private mutating func list(_ name: String, limit: Int) -> [String]? {
        guard let value = member(name) else { return nil }
        guard let entries = value.strings else {
            refuse(name, .wrongType)
            return nil
        }
        if entries.count > 100 { refuse(name, .tooMany) }
        if entries.contains(where: { $0.utf8.count > limit }) { refuse(name, .tooLong) }
        return entries
    }

    private mutating func addresses(_ name: String) -> [String] {
        let entries = list(name, limit: 2048) ?? []
        if Set(entries).count != entries.count { refuse(name, .duplicate) }
        return entries
    }

    private mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) -> Choice? {
        guard let text = text(name, limit: 255) else { return nil }
        let choice = Choice(rawValue: text)
        if choice == nil { refuse(name, .unsupportedValue, hint: Self.hint(Choice.self)) }
        return choice
    }

    private mutating func choices<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) -> [Choice]? {
        guard let entries = list(name, limit: 255) else { return nil }
        let choices = entries.compactMap(Choice.init(rawValue:))
        if choices.count != entries.count { refuse(name, .unsupportedValue, hint: Self.hint(Choice.self)) }
        return choices
    }

    private static func hint<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> String {
        "one of: " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// No control characters, and none that reorder text: a name could then pretend to be another's on a consent page.
    private static func isFitForPages(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
                default: true
                }
            }
    }
}
