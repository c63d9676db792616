import OpenIDTypes
import OutgoingHTTP

/// Whether the addresses that we shall send to ourselves may be sent to. Names are resolved and checked
/// again at each connection.
struct ClientAddressCheck: Sendable {
    let addresses: AddressPolicy

    func problems(of metadata: ClientMetadata) -> [RegistrationRefusal] {
        [
            ("backchannel_logout_uri", metadata.backchannelLogoutURI), ("jwks_uri", metadata.jwksURI),
        ].compactMap { member, text in
            guard let text, let refusal = refusal(text, plainHTTP: metadata.allowsHTTP) else { return nil }
            return RegistrationRefusal(member: member, problem: .addressRefused, hint: refusal.summary)
        }
    }

    private func refusal(_ text: String, plainHTTP: Bool) -> OutgoingRefusal? {
        do {
            return addresses.registrationRefusal(for: try OutgoingURL(text), plainHTTP: plainHTTP)
        } catch {
            return error
        }
    }
}
