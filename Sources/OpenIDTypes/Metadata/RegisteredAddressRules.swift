/// Which addresses a client may register, by what the address is for. Pure.
package struct RegisteredAddressRules: Sendable {
    package let policy: RegistrationPolicy
    package let applicationType: ApplicationType
    package let isPublic: Bool
    /// `exeunt_allow_http`, the operator's permission for plain http; worth nothing for public clients (FC-OP-7, BC-OP-3).
    package let allowsHTTP: Bool

    package init(policy: RegistrationPolicy, applicationType: ApplicationType, isPublic: Bool, allowsHTTP: Bool) {
        self.policy = policy
        self.applicationType = applicationType
        self.isPublic = isPublic
        self.allowsHTTP = allowsHTTP
    }

    /// For `redirect_uris` and `post_logout_redirect_uris` (Registration §2, RP-Initiated Logout §3.1, RFC 8252 §7).
    package func redirectProblem(_ text: String) -> RegistrationProblem? {
        let address: WebAddress
        do { address = try WebAddress.parse(text) } catch { return error.problem }
        if address.isWeb {
            if address.scheme == "http", applicationType == .native, address.isLoopback { return nil }
            return httpProblem(address)
        }
        // RFC 8252 §7.1: a scheme of one's own is a reversed domain name, which somebody else cannot claim by accident.
        guard applicationType == .native, address.scheme.contains(".") else { return .schemeNotAllowed }
        return nil
    }

    /// For addresses that are fetched, framed or linked.
    package func webProblem(_ text: String) -> RegistrationProblem? {
        let address: WebAddress
        do { address = try WebAddress.parse(text) } catch { return error.problem }
        return address.isWeb ? httpProblem(address) : .schemeNotAllowed
    }

    /// Front-Channel Logout §2: one of the redirect URIs' origins. Never ours: the frame would then run as the provider.
    package func frontChannelProblem(_ text: String, redirectURIs: [String]) -> RegistrationProblem? {
        if let problem = webProblem(text) { return problem }
        guard let origin = (try? WebAddress.parse(text))?.origin else { return .malformedURI }
        if origin == (try? WebAddress.parse(policy.issuerOrigin))?.origin { return .issuerOrigin }
        let origins = redirectURIs.compactMap { try? WebAddress.parse($0).origin }
        return origins.contains(origin) ? nil : .foreignOrigin
    }

    private func httpProblem(_ address: WebAddress) -> RegistrationProblem? {
        guard address.scheme == "http" else { return nil }
        if policy.development, address.isLoopback { return nil }
        return allowsHTTP && !isPublic ? nil : .httpNotAllowed
    }
}
