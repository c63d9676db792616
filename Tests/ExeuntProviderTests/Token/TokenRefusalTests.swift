import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Refusals of the token, introspection, revocation and UserInfo endpoints")
struct TokenRefusalTests {
    static let all: [any Refusal] =
        TokenRefusal.allCases + ClientAuthenticationRefusal.allCases + UserInfoRefusal.allCases
        + IntrospectionRefusal.allCases + RevocationRefusal.allCases

    @Test("C7: every text is legal in error_description, and every code in error")
    func texts() {
        for refusal in Self.all {
            let legal = refusal.publicText.unicodeScalars.allSatisfy {
                (0x20...0x7E).contains($0.value) && $0 != "\"" && $0 != "\\"
            }
            #expect(legal && !refusal.publicText.isEmpty, "\(refusal.id)")
            #expect(KnownScopes.isLegal(refusal.code.rawValue))
            #expect(!refusal.mayRedirect && !refusal.section.isEmpty)
            #expect((400...403).contains(refusal.status))
        }
    }

    @Test("Every id is used once")
    func ids() {
        #expect(Set(Self.all.map(\.id)).count == Self.all.count)
    }

    @Test("CO-12, CO-15: whatever is wrong with a code or refresh token itself is invalid_grant")
    func grants() {
        let grant: [TokenRefusal] = [
            .codeUnknown, .codeExpired, .codeReused, .redirectURIDifferent, .verifierMissing, .verifierWrong,
            .verifierUnexpected, .sessionEnded, .refreshTokenUnknown, .refreshTokenJustRotated, .refreshTokenReplayed,
            .grantEnded,
        ]
        #expect(Set(TokenRefusal.allCases.filter { $0.code == .invalidGrant }) == Set(grant))
        #expect(TokenRefusal.allCases.allSatisfy { $0.status == 400 })
    }

    @Test("RFC 6749 §5.2: an unknown client and a wrong secret read the same")
    func sameText() {
        let texts = [ClientAuthenticationRefusal.clientUnknown, .secretWrong, .methodNotRegistered].map(\.publicText)
        #expect(Set(texts).count == 1)
    }
}
