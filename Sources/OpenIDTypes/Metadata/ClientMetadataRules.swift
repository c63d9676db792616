/// The rules between the members of a registration, judged on the resulting record as a whole. Pure.
package enum ClientMetadataRules {
    /// Every problem, in the order of the members.
    package static func problems(of metadata: ClientMetadata, policy: RegistrationPolicy) -> [RegistrationRefusal] {
        let rules = RegisteredAddressRules(
            policy: policy,
            applicationType: metadata.applicationType,
            isPublic: metadata.isPublic,
            allowsHTTP: metadata.allowsHTTP
        )
        return redirects(metadata, rules) + addresses(metadata, rules) + grants(metadata) + authentication(metadata)
            + own(metadata)
    }

    private static func redirects(_ metadata: ClientMetadata, _ rules: RegisteredAddressRules) -> [RegistrationRefusal]
    {
        var refusals: [RegistrationRefusal] = []
        let lists = [
            ("redirect_uris", metadata.redirectURIs), ("post_logout_redirect_uris", metadata.postLogoutRedirectURIs),
        ]
        for (name, entries) in lists {
            for (index, entry) in entries.enumerated() {
                guard let problem = rules.redirectProblem(entry) else { continue }
                refusals.append(RegistrationRefusal(member: "\(name)[\(index)]", problem: problem))
            }
        }
        if metadata.grantTypes.contains(.authorizationCode), metadata.redirectURIs.isEmpty {
            refusals.append(RegistrationRefusal(member: "redirect_uris", problem: .missing))
        }
        if metadata.subjectType == .pairwise, metadata.sectorHost == nil {
            refusals.append(RegistrationRefusal(member: "redirect_uris", problem: .pairwiseSector))
        }
        return refusals
    }

    private static func addresses(_ metadata: ClientMetadata, _ rules: RegisteredAddressRules) -> [RegistrationRefusal]
    {
        let web = [
            ("jwks_uri", metadata.jwksURI), ("client_uri", metadata.clientURI), ("logo_uri", metadata.logoURI),
            ("policy_uri", metadata.policyURI), ("tos_uri", metadata.tosURI),
            ("initiate_login_uri", metadata.initiateLoginURI),
            ("backchannel_logout_uri", metadata.backchannelLogoutURI),
        ]
        var refusals = web.compactMap { name, value in
            value.flatMap(rules.webProblem).map { RegistrationRefusal(member: name, problem: $0) }
        }
        if let uri = metadata.frontchannelLogoutURI,
            let problem = rules.frontChannelProblem(uri, redirectURIs: metadata.redirectURIs)
        {
            refusals.append(RegistrationRefusal(member: "frontchannel_logout_uri", problem: problem))
        }
        return refusals
    }

    /// RFC 7591 §2.1: response types and grant types say the same thing.
    private static func grants(_ metadata: ClientMetadata) -> [RegistrationRefusal] {
        var refusals: [RegistrationRefusal] = []
        if metadata.grantTypes.isEmpty {
            refusals.append(RegistrationRefusal(member: "grant_types", problem: .missing))
        }
        if metadata.grantTypes.contains(.authorizationCode) != metadata.responseTypes.contains(.code) {
            refusals.append(RegistrationRefusal(member: "response_types", problem: .conflict, hint: "grant_types"))
        }
        if metadata.grantTypes.contains(.refreshToken), !metadata.grantTypes.contains(.authorizationCode) {
            refusals.append(RegistrationRefusal(member: "grant_types", problem: .conflict, hint: "refresh_token"))
        }
        // RFC 6749 §4.4: only a client that can prove who it is acts in its own name.
        if metadata.grantTypes.contains(.clientCredentials), metadata.isPublic {
            refusals.append(
                RegistrationRefusal(member: "grant_types", problem: .conflict, hint: "token_endpoint_auth_method")
            )
        }
        return refusals
    }

    private static func authentication(_ metadata: ClientMetadata) -> [RegistrationRefusal] {
        var refusals: [RegistrationRefusal] = []
        let hasKeys = metadata.jwks != nil || metadata.jwksURI != nil
        if metadata.jwks != nil, metadata.jwksURI != nil {
            refusals.append(RegistrationRefusal(member: "jwks", problem: .conflict, hint: "jwks_uri"))
        }
        if metadata.tokenEndpointAuthMethod == .privateKeyJWT, !hasKeys {
            refusals.append(RegistrationRefusal(member: "jwks", problem: .missing, hint: "jwks or jwks_uri"))
        }
        if metadata.tokenEndpointAuthSigningAlg != nil, metadata.tokenEndpointAuthMethod != .privateKeyJWT {
            refusals.append(
                RegistrationRefusal(
                    member: "token_endpoint_auth_signing_alg", problem: .conflict, hint: "token_endpoint_auth_method"
                )
            )
        }
        if let problem = metadata.jwks.flatMap(keySetProblem) {
            refusals.append(RegistrationRefusal(member: "jwks", problem: problem))
        }
        return refusals
    }

    /// A client that sends us its private key has published it.
    private static func keySetProblem(_ set: JSONValue) -> RegistrationProblem? {
        guard let keys = set["keys"]?.array, !keys.isEmpty, keys.allSatisfy({ $0.object != nil }) else {
            return .wrongType
        }
        if keys.count > 20 { return .tooMany }
        let secret = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]
        return keys.contains { key in secret.contains { key[$0] != nil } } ? .privateKey : nil
    }

    private static func own(_ metadata: ClientMetadata) -> [RegistrationRefusal] {
        guard metadata.allowsHTTP, metadata.isPublic else { return [] }
        return [
            RegistrationRefusal(member: "exeunt_allow_http", problem: .conflict, hint: "token_endpoint_auth_method")
        ]
    }
}
