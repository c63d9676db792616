import ExeuntRelyingParty
import ExeuntTesting
import Foundation
import OpenIDTypes
import Testing

@Suite("What a notice ends", .timeLimit(.minutes(1)))
struct LogoutNoticeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let claims: JSONObject
        /// Which of the logins alice/sid-1, alice/sid-2, bob/sid-3 and alice without sid survive.
        let survivors: [String]
    }

    @Test(
        "BC-RP-7: sessions are found by sub, by sid, and by both together",
        arguments: [
            Row(testDescription: "sid and sub", claims: [:], survivors: ["alice sid-2", "bob sid-3", "alice -"]),
            Row(testDescription: "sid", claims: ["sub": .null], survivors: ["alice sid-2", "bob sid-3", "alice -"]),
            Row(testDescription: "sub", claims: ["sid": .null], survivors: ["bob sid-3"]),
            Row(
                testDescription: "sid of one, sub of another", claims: ["sub": "bob"],
                survivors: ["alice sid-1", "alice sid-2", "bob sid-3", "alice -"]
            ),
            Row(
                testDescription: "unknown sid", claims: ["sid": "sid-9"],
                survivors: ["alice sid-1", "alice sid-2", "bob sid-3", "alice -"]
            ),
        ])
    func scope(_ row: Row) async throws {
        try await ApplicationPlace.run { place in
            var keys: [String] = []
            for (sub, sid) in [("alice", "sid-1"), ("alice", "sid-2"), ("bob", "sid-3"), ("alice", nil)] {
                let login = try await place.signIn(["sub": .string(sub), "sid": sid.map(JSONValue.string) ?? .null])
                keys.append(try #require(await place.sessions.begin(login)))
            }
            // A moment later, as after a real login.
            place.clock.advance(by: .seconds(1))
            #expect(try await place.tell(place.key.sign(place.logoutClaims(row.claims))).status == 200)
            var survivors: [String] = []
            for key in keys {
                if let login = await place.sessions.find(key) {
                    survivors.append("\(login.subject) \(login.sid ?? "-")")
                }
            }
            #expect(survivors == row.survivors)
        }
    }

    @Test("BC-RP-7: a notice of one provider ends nothing of another, though subjects and sids are alike")
    func issuers() async throws {
        try await ApplicationPlace.run { one in
            try await ApplicationPlace.run { two in
                let key = try #require(await one.sessions.begin(two.signIn()))
                #expect(try await one.tell(one.key.sign(one.logoutClaims())).status == 200)
                #expect(await one.sessions.find(key) != nil)
            }
        }
    }

    @Test(
        "BC-RP-7: a login whose session ended while it was on its way is not kept",
        arguments: [["sub": .null], [:], ["sid": .null]] as [JSONObject])
    func overtaken(_ claims: JSONObject) async throws {
        try await ApplicationPlace.run { place in
            let login = try await place.signIn()
            place.clock.advance(by: .seconds(2))
            #expect(try await place.tell(place.key.sign(place.logoutClaims(claims))).status == 200)
            #expect(await place.sessions.begin(login) == nil)
            // Signing in anew works at once: in another session, and after the notice.
            let anew = try await place.signIn(["sid": "sid-2"])
            #expect(await place.sessions.begin(anew) != nil)
        }
    }

    @Test("A-56: what the front channel says is not remembered: it cannot keep anybody out")
    func unauthenticated() async throws {
        try await ApplicationPlace.run { place in
            let login = try await place.signIn()
            let query = Parameters.encode([("iss", place.provider.issuer), ("sid", "sid-1")])
            _ = try await place.party.receiveFrontChannelLogout(query: query, sessions: place.sessions)
            #expect(await place.sessions.begin(login) != nil)
        }
    }

    @Test("BC-RP-5: a jti is remembered for as long as its token could be sent again, and then forgotten")
    func forgotten() async throws {
        let clock = ManualClock()
        let sessions = MemorySessions(clock: clock)
        let notice = try LogoutNotice.sample(tokenID: "j", expiresAt: clock.now.seconds + 3600)
        #expect(await sessions.end(notice))
        clock.advance(by: .seconds(3599))
        #expect(await sessions.end(notice) == false)
        clock.advance(by: .seconds(1))
        #expect(await sessions.end(notice))
    }

    @Test("Sessions in memory are bounded: beyond the limit the oldest ends")
    func bounded() async throws {
        try await ApplicationPlace.run { place in
            let sessions = MemorySessions(limit: 2, clock: place.clock)
            let login = try await place.signIn()
            let keys = [await sessions.begin(login), await sessions.begin(login), await sessions.begin(login)]
            let found = [await sessions.find(keys[0]!), await sessions.find(keys[1]!), await sessions.find(keys[2]!)]
            #expect(found.map { $0 != nil } == [false, true, true])
            #expect(Set(keys).count == 3)
        }
    }
}

extension LogoutNotice {
    /// From JSON, as an application's own store would bring it back.
    static func sample(tokenID: String, expiresAt: Int64) throws -> LogoutNotice {
        let json: JSONValue = [
            "issuer": "https://op.example", "sid": "s", "tokenID": .string(tokenID), "issuedAt": 1,
            "expiresAt": .integer(expiresAt),
        ]
        return try JSONDecoder().decode(LogoutNotice.self, from: Data(json.serialized().utf8))
    }
}
