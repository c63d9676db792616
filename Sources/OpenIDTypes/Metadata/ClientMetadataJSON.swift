extension ClientMetadata {
    /// The whole record as JSON, defaults included, in a stable order.
    package var json: JSONValue {
        var members: JSONObject = [:]
        members["client_name"] = clientName.map(JSONValue.string)
        members["application_type"] = .string(applicationType.rawValue)
        members["redirect_uris"] = .strings(redirectURIs)
        members["post_logout_redirect_uris"] = .strings(postLogoutRedirectURIs)
        members["grant_types"] = .strings(GrantType.allCases.filter(grantTypes.contains).map(\.rawValue))
        members["response_types"] = .strings(responseTypes.map(\.rawValue))
        members["token_endpoint_auth_method"] = .string(tokenEndpointAuthMethod.rawValue)
        members["token_endpoint_auth_signing_alg"] = tokenEndpointAuthSigningAlg.map { .string($0.rawValue) }
        members["jwks"] = jwks
        members["jwks_uri"] = jwksURI.map(JSONValue.string)
        members["id_token_signed_response_alg"] = .string(idTokenSignedResponseAlg.rawValue)
        members["scope"] = scope.map { .string($0.sorted().joined(separator: " ")) }
        members["backchannel_logout_uri"] = backchannelLogoutURI.map(JSONValue.string)
        members["backchannel_logout_session_required"] = .bool(backchannelLogoutSessionRequired)
        members["frontchannel_logout_uri"] = frontchannelLogoutURI.map(JSONValue.string)
        members["frontchannel_logout_session_required"] = .bool(frontchannelLogoutSessionRequired)
        members["default_max_age"] = defaultMaxAge.map { .integer(Int64($0)) }
        members["require_auth_time"] = .bool(requireAuthTime)
        members["subject_type"] = .string(subjectType.rawValue)
        members["client_uri"] = clientURI.map(JSONValue.string)
        members["logo_uri"] = logoURI.map(JSONValue.string)
        members["policy_uri"] = policyURI.map(JSONValue.string)
        members["tos_uri"] = tosURI.map(JSONValue.string)
        members["initiate_login_uri"] = initiateLoginURI.map(JSONValue.string)
        members["contacts"] = contacts.isEmpty ? nil : .strings(contacts)
        members["exeunt_consent"] = .string(consent.rawValue)
        members["exeunt_receipt"] = registeredReceipt.map { .string($0.rawValue) }
        members["exeunt_offline"] = .bool(offline)
        members["exeunt_audience"] = audience.map(JSONValue.string)
        members["exeunt_access_token_format"] = .string(accessTokenFormat.rawValue)
        members["exeunt_logout_token_type"] = .string(logoutTokenType)
        members["exeunt_notify_on_expiry"] = .bool(notifyOnExpiry)
        members["exeunt_default_scope"] = registeredDefaultScope.map { .string($0.rawValue) }
        members["exeunt_allow_http"] = .bool(allowsHTTP)
        return .object(otherMembers.merging(members))
    }
}
