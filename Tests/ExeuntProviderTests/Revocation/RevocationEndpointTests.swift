import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Giving tokens back")
struct RevocationEndpointTests {
    static let hints: [String?] = [nil, "refresh_token", "access_token", "no_such_type"]

    @Test("RFC 7009 §2.1: a refresh token takes its family; a wrong hint does not stop the search", arguments: hints)
    func refreshToken(_ hint: String?) async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let (given, other) = (try await place.tokens(session), try await place.tokens(session))
            try await place.revoke(try #require(given.refresh), hint: hint)
            #expect(try await !place.isAlive(given.access))
            #expect(try await place.refusal { _ = try await place.refresh(try #require(given.refresh)) } == .grantEnded)
            #expect(try await place.isAlive(other.access))
        }
    }

    @Test("RFC 7009 §2.1: an access token goes alone", arguments: hints, ["opaque", "jwt"])
    func accessToken(_ hint: String?, _ format: String) async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient("three", ["exeunt_access_token_format": .string(format)])
            let session = try await place.signIn().session
            let given = try await place.tokens(session, for: "three")
            try await place.revoke(given.access, as: "three", hint: hint)
            #expect(try await !place.isAlive(given.access, of: "three"))
            let next = try TokenPlace.Given(try await place.refresh(try #require(given.refresh), as: "three"))
            #expect(try await place.isAlive(next.access, of: "three"))
        }
    }

    @Test("A-72: giving back a refresh token that was just replaced ends its successor too")
    func replaced() async throws {
        try await TokenEngine.memory.run { place in
            let given = try await place.tokens(try await place.signIn().session)
            let next = try TokenPlace.Given(try await place.refresh(try #require(given.refresh)))
            try await place.revoke(try #require(given.refresh))
            #expect(try await !place.isAlive(next.access))
        }
    }

    @Test("A-82: foreign, unknown and dead tokens get the same answer, and nothing happens")
    func foreign() async throws {
        try await TokenEngine.memory.run { place in
            try await place.addClient("jwt", ["exeunt_access_token_format": "jwt"])
            let session = try await place.signIn().session
            let given = try await place.tokens(session)
            let signed = try await place.tokens(session, for: "jwt")
            for token in [given.access, try #require(given.refresh), signed.access, "unknown", "a.b.c", ""]
            where token != "" {
                try await place.revoke(token, as: "two")
            }
            #expect(try await place.isAlive(given.access))
            #expect(try await place.isAlive(signed.access, of: "jwt"))
            _ = try await place.refresh(try #require(given.refresh))
            await #expect(throws: RevocationRefusal.tokenMissing) { try await place.revoke("") }
        }
    }

    @Test("RFC 7009 §2.1: a public client names itself; a confidential one must prove itself")
    func authentication() async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let given = try await place.tokens(session)
            let form = Parameters(pairs: [("token", given.access), ("client_id", "one")])
            await #expect(throws: ClientAuthenticationRefusal.methodNotRegistered) {
                try await place.revocation.revoke(form, authorization: [])
            }
            #expect(try await place.isAlive(given.access))
            try await place.addClient("spa", ["token_endpoint_auth_method": "none"])
            let code = try await place.code(session, for: "spa")
            let answer = try await place.token.answer(
                Parameters(pairs: TokenPlace.redemption(code, [("client_id", "spa")])), authorization: []
            )
            let access = try TokenPlace.Given(answer).access
            _ = try await place.userInfo.claims(access)
            try await place.revocation.revoke(
                Parameters(pairs: [("token", access), ("client_id", "spa")]), authorization: []
            )
            await #expect(throws: UserInfoRefusal.tokenInvalid) { try await place.userInfo.claims(access) }
        }
    }

    @Test("A-87: revoking one client's offline grant leaves the others")
    func oneOfTwo() async throws {
        try await TokenEngine.memory.run { place in
            let session = try await place.signIn().session
            let one = try await place.tokens(session, offline: true)
            let again = try await place.tokens(session, offline: true)
            let two = try await place.tokens(session, for: "two", offline: true)
            try await place.revoke(try #require(one.refresh))
            #expect(try await !place.isAlive(one.access))
            #expect(try await place.isAlive(again.access))
            #expect(try await place.isAlive(two.access, of: "two"))
            _ = try await place.refresh(try #require(two.refresh), as: "two")
        }
    }
}
