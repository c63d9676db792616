import OpenIDTypes

/// The part of the provider's metadata that this kit uses (Discovery §3).
struct ProviderEndpoints: Sendable, Hashable {
    let authorization: String
    let token: String
    let keySet: String
    /// Core §5.3; nil when the provider has none.
    let userInfo: String?
    /// RP-Initiated Logout §2.1; nil when the provider has none.
    let endSession: String?
    /// RFC 9207 §3: every answer carries `iss`, so that one without it is somebody else's.
    let namesItself: Bool

    /// - Throws: kind `provider` for a document of another issuer, or one that lacks what a login needs.
    init(_ document: JSONValue, _ configuration: RelyingPartyConfiguration) throws(RelyingPartyError) {
        // Discovery §4.3: the issuer must be the one that was asked.
        guard document["issuer"]?.string == configuration.issuer else {
            throw RelyingPartyError(.provider, "the discovery document is another issuer's")
        }
        authorization = try Self.address("authorization_endpoint", in: document, configuration)
        token = try Self.address("token_endpoint", in: document, configuration)
        keySet = try Self.address("jwks_uri", in: document, configuration)
        userInfo = try Self.optional("userinfo_endpoint", in: document, configuration)
        endSession = try Self.optional("end_session_endpoint", in: document, configuration)
        namesItself = document["authorization_response_iss_parameter_supported"]?.bool ?? false
    }

    private static func optional(
        _ name: String, in document: JSONValue, _ configuration: RelyingPartyConfiguration
    ) throws(RelyingPartyError) -> String? {
        document[name] == nil ? nil : try address(name, in: document, configuration)
    }

    private static func address(
        _ name: String, in document: JSONValue, _ configuration: RelyingPartyConfiguration
    ) throws(RelyingPartyError) -> String {
        guard let address = document[name]?.string, configuration.accepts(address) else {
            throw RelyingPartyError(.provider, "the discovery document has no https address as \(name)")
        }
        return address
    }
}
