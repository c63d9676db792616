package import OpenIDTypes

/// What the rules know of an authorization code: immutable facts, loaded before.
package struct CodeFacts: Sendable {
    package var clientID: ClientID
    package var redirectURI: String
    package var codeChallenge: String?
    package var expiresAt: Timestamp
    package var redeemed: Bool

    package init(
        clientID: ClientID, redirectURI: String, codeChallenge: String?, expiresAt: Timestamp, redeemed: Bool
    ) {
        self.clientID = clientID
        self.redirectURI = redirectURI
        self.codeChallenge = codeChallenge
        self.expiresAt = expiresAt
        self.redeemed = redeemed
    }
}

/// What the rules know of a refresh token.
package struct RefreshFacts: Sendable {
    package enum Rotation: Sendable, Equatable {
        case current
        /// Replaced at that moment; `successorIsCurrent` while nobody has used the next one.
        case replaced(at: Timestamp, successorIsCurrent: Bool)
    }

    package var clientID: ClientID
    package var rotation: Rotation
    package var grantIsAlive: Bool

    package init(clientID: ClientID, rotation: Rotation, grantIsAlive: Bool) {
        self.clientID = clientID
        self.rotation = rotation
        self.grantIsAlive = grantIsAlive
    }
}

/// The decisions of the token endpoint.
package enum TokenRules {
    /// A code or refresh token that proves to have been used twice takes with it what it gave.
    package enum Use: Sendable, Equatable {
        case first
        case replay
    }

    /// The replay of the immediately preceding refresh token is forgiven this long: two tabs, a lost answer.
    package static let replayTolerance: Duration = .seconds(10)

    /// Whether the client is registered for the grant (RFC 7591 §2). Offline access presupposes `refresh_token`.
    package static func mayUse(_ type: GrantType, _ client: ClientMetadata) -> Bool {
        client.grantTypes.contains(type)
    }

    /// RFC 7636 §4.1.
    package static func isVerifier(_ text: String) -> Bool {
        (43...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "~"):
                    true
                default: false
                }
            }
    }

    /// Whose the code is comes before whether it was used: otherwise whoever finds an old one in a log could revoke a
    /// stranger's grant with it.
    /// - Parameter verifierHash: the S256 transformation of the verifier shown, if one was.
    package static func judgeCode(
        _ code: CodeFacts?, client: ClientID, redirectURI: String, verifierHash: String?, now: Timestamp
    ) throws(TokenRefusal) -> Use {
        guard let code, code.clientID == client else { throw .codeUnknown }
        guard code.redirectURI == redirectURI else { throw .redirectURIDifferent }
        switch (code.codeChallenge, verifierHash) {
        case (nil, nil): break
        case (nil, _?): throw .verifierUnexpected
        case (_?, nil): throw .verifierMissing
        case (let challenge?, let hash?): guard challenge == hash else { throw .verifierWrong }
        }
        if code.redeemed { return .replay }
        guard now < code.expiresAt else { throw .codeExpired }
        return .first
    }

    /// Core §12.1; RFC 9700 §4.14.2 for replays.
    package static func judgeRefresh(
        _ token: RefreshFacts?, client: ClientID, now: Timestamp
    ) throws(TokenRefusal) -> Use {
        guard let token, token.clientID == client else { throw .refreshTokenUnknown }
        guard token.grantIsAlive else { throw .grantEnded }
        switch token.rotation {
        case .current: return .first
        case .replaced(let moment, let successorIsCurrent):
            guard successorIsCurrent, now - moment <= replayTolerance else { return .replay }
            throw .refreshTokenJustRotated
        }
    }

    /// The scope of a refresh: the granted one, or the part that was asked for (RFC 6749 §6).
    package static func narrow(_ granted: [String], to requested: [String]?) throws(TokenRefusal) -> [String] {
        guard let requested else { return granted }
        guard Set(requested).isSubset(of: granted) else { throw .scopeWidened }
        return granted.filter(requested.contains)
    }

    /// The scope of a client of its own accord (RFC 6749 §4.4). Those that open a person's data mean nothing here.
    /// - Parameter registered: the client's registered scope; nil stands for all known ones, which are all personal.
    package static func clientScope(
        requested: [String]?, registered: Set<String>?
    ) throws(TokenRefusal) -> [String] {
        let allowed = (registered ?? []).filter { !KnownScopes.isKnown($0) }
        guard let requested else { return allowed.sorted() }
        guard !requested.contains(where: KnownScopes.isKnown) else { throw .scopeNeedsPerson }
        guard Set(requested).isSubset(of: allowed) else { throw .scopeNotAllowed }
        return requested
    }

    /// The `scope` parameter as a list without repetitions; nil if absent (RFC 6749 §3.3).
    package static func scope(_ text: String?) throws(TokenRefusal) -> [String]? {
        guard let text else { return nil }
        var result: [String] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false).map(String.init) {
            guard KnownScopes.isLegal(word) else { throw .scopeMalformed }
            if !result.contains(word) { result.append(word) }
        }
        return result
    }
}
