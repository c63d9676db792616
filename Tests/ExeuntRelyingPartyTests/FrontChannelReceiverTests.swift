import ExeuntRelyingParty
import ExeuntTesting
import OpenIDTypes
import Testing

@Suite("Receiving a front-channel logout", .timeLimit(.minutes(1)))
struct FrontChannelReceiverTests {
    private static func receive(_ pairs: [(String, String)], at place: ApplicationPlace) async throws -> ReceiverAnswer
    {
        let query = Parameters.encode(pairs)
        return try await place.party.receiveFrontChannelLogout(query: query, sessions: place.sessions)
    }

    @Test("FC-RP-1, FC-RP-2: the session that iss and sid name ends; ended already is success")
    func ends() async throws {
        try await ApplicationPlace.run { place in
            let key = try #require(await place.sessions.begin(place.signIn()))
            let other = try #require(await place.sessions.begin(place.signIn(["sid": "sid-2"])))
            for _ in 0..<2 {
                let answer = try await Self.receive([("iss", place.provider.issuer), ("sid", "sid-1")], at: place)
                #expect(answer.status == 200)
                #expect(await place.sessions.find(key) == nil)
                #expect(await place.sessions.find(other) != nil)
            }
        }
    }

    @Test(
        "FC-RP-3, A-56: without a match nothing ends, and the answer gives nothing away",
        arguments: [
            [("iss", "http://other.example"), ("sid", "sid-1")], [("sid", "sid-1")], [("iss", "ISSUER")], [],
            [("iss", "ISSUER"), ("sid", "")], [("iss", "ISSUER"), ("sid", "sid-9")],
            [("iss", "ISSUER"), ("sid", "sid-1"), ("sid", "sid-2")],
        ])
    func ignores(_ pairs: [(String, String)]) async throws {
        try await ApplicationPlace.run { place in
            let key = try #require(await place.sessions.begin(place.signIn()))
            let answer = try await Self.receive(
                pairs.map { ($0, $1 == "ISSUER" ? place.provider.issuer : $1) }, at: place)
            let match = try await Self.receive([("iss", place.provider.issuer), ("sid", "sid-8")], at: place)
            #expect(answer == match)
            #expect(await place.sessions.find(key) != nil)
        }
    }

    @Test("FC-RP-4, FC-RP-6: the answer is not stored, and framed by the provider alone")
    func headers() async throws {
        try await ApplicationPlace.run { place in
            let answer = try await Self.receive([], at: place)
            #expect(
                answer.headers == [
                    "Cache-Control": "no-store",
                    "Content-Security-Policy": "default-src 'none'; frame-ancestors \(place.provider.issuer)",
                ]
            )
        }
    }

    @Test(
        "FC-RP-6: frame-ancestors names the issuer's origin without its path",
        arguments: [
            ("https://id.example", "https://id.example"), ("https://id.example/", "https://id.example"),
            ("https://id.example:8443/tenant/a", "https://id.example:8443"),
        ])
    func origin(_ issuer: String, _ origin: String) async throws {
        let party = try RelyingParty(
            RelyingPartyConfiguration(issuer: issuer, clientID: "c", redirectURI: "https://app.example/callback")
        )
        let answer = try await party.receiveFrontChannelLogout(query: "", sessions: MemorySessions())
        #expect(answer.headers["Content-Security-Policy"]?.hasSuffix("frame-ancestors " + origin) == true)
    }
}
