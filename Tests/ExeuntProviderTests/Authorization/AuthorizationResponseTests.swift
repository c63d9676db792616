import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Authorization response")
struct AuthorizationResponseTests {
    static let issuer = "https://op.example"

    static func target(_ uri: String, state: String?) -> AuthorizationReturn {
        AuthorizationReturn(redirectURI: uri, mode: .query, state: state)
    }

    @Test(
        "C3, RFC 9207: state comes back byte for byte, with iss",
        arguments: [
            "0123456789", String(repeating: "x", count: 124) + "-._~", "a b+c&d=e%f#g\"<>{}\\", "ä\u{1F600}",
        ])
    func state(_ state: String) throws {
        let response = AuthorizationResponse.code(
            "c", to: Self.target("https://rp.example/cb", state: state), issuer: Self.issuer)
        let query = try #require(response.location.split(separator: "?", maxSplits: 1).last)
        let parameters = try Parameters(query: String(query))
        #expect(parameters["state"].map { Array($0.utf8) } == Array(state.utf8))
        #expect(parameters["iss"] == Self.issuer)
        #expect(parameters["code"] == "c")
    }

    @Test("Y5: what the address had in its query stays as it is")
    func query() {
        let response = AuthorizationResponse.code(
            "c", to: Self.target("https://rp.example/cb?bar=foo%20x", state: nil), issuer: Self.issuer
        )
        #expect(response.location == "https://rp.example/cb?bar=foo%20x&code=c&iss=https%3A%2F%2Fop.example")
    }

    @Test("C7: an error carries error, error_description, state and iss, and nothing else")
    func error() throws {
        let response = AuthorizationResponse.error(
            .loginRequired, to: Self.target("https://rp.example/cb", state: "s"), issuer: Self.issuer
        )
        #expect(response.pairs.map(\.0) == ["error", "error_description", "state", "iss"])
        #expect(response.pairs[0].1 == "login_required")
    }
}
