import ExeuntProvider
import ExeuntTesting
import OpenIDTypes
import SQLStore
import Testing

@Suite("Logout tokens", .timeLimit(.minutes(2)))
struct LogoutTokenTests {
    private func work(_ algorithm: SigningAlgorithm, typ: String) -> LogoutDeliveryWork {
        LogoutDeliveryWork(
            id: DeliveryID("d"), logout: LogoutID("l"), client: ClientID("client-1"), sid: SID("the-sid"),
            subject: Subject("pairwise-1"), uri: "https://rp.example/b", origin: "https://rp.example:443",
            algorithm: algorithm, typ: typ, attempts: 0, giveUpAt: Timestamp(seconds: 2_000_000_000),
            leaseUntil: Timestamp(seconds: 2_000_000_000)
        )
    }

    @Test(
        "BC-OP-6 to BC-OP-15, A-33, A-46: the claims, all of them and no others, signed by the client's algorithm",
        arguments: SigningAlgorithm.allCases, ["logout+jwt", "JWT"]
    )
    func claims(_ algorithm: SigningAlgorithm, _ typ: String) async throws {
        try await DeliveryEngine.memory.run { place in
            let now = place.clock.now
            let (text, verified) = try await place.database.read { [keys = place.keys] db in
                let signer = try keys.signer(algorithm, in: db, now: now)
                let text = try LogoutToken.make(
                    for: work(algorithm, typ: typ), issuer: DeliveryPlace.issuer, lifetime: .seconds(9999),
                    signer: signer, now: now
                )
                return (text, try keys.verifyOwn(text, as: .logoutToken, in: db, now: now))
            }
            let jws = try CompactJWS.parse(text)
            #expect(jws.algorithm == algorithm.rawValue)
            #expect(jws.type?.lowercased() == typ.lowercased())
            #expect(jws.keyID != nil)
            #expect(!jws.signature.isEmpty)
            #expect(verified != nil || typ == "JWT")
            let claims = try JSONValue.parse(jws.payload)
            let names = try #require(claims.object?.memberNames)
            #expect(Set(names) == ["iss", "sub", "aud", "iat", "exp", "jti", "sid", "events"])
            #expect(claims["iss"]?.string == DeliveryPlace.issuer)
            #expect(claims["aud"]?.string == "client-1")
            #expect(claims["sub"]?.string == "pairwise-1")
            #expect(claims["sid"]?.string == "the-sid")
            #expect(claims["iat"]?.int == now.seconds)
            // BC-OP-14: two minutes, whatever was asked for.
            #expect(claims["exp"]?.int == now.seconds + 120)
            #expect(claims["events"] == ["http://schemas.openid.net/event/backchannel-logout": [:]])
            #expect(try #require(claims["jti"]?.string).utf8.count >= 22)
        }
    }
}
