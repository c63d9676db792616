import ExeuntTesting
import Foundation
import OpenIDTypes
import Testing

@Suite("Commands beside a running server", .timeLimit(.minutes(3)))
struct LogoutCommandTests {
    /// Registers an application at `party`, and signs anna in to it; returns the browser.
    private static func signIn(
        _ place: CommandPlace, _ server: RunningServer, _ party: FakeRelyingParty
    ) async throws -> (browser: Browser, client: JSONValue, authorize: String) {
        let metadata: JSONValue = [
            "client_id": "shop", "client_name": "Shop", "redirect_uris": [.string(party.callback)],
            "backchannel_logout_uri": .string(party.backChannel),
            "frontchannel_logout_uri": .string(party.frontChannel),
        ]
        let file = try place.write(metadata.serialized(), as: "shop.json")
        let client = try await place.run("clients", "add", file, "--json")
        try #require(client.status == 0, "\(client)")
        let added = try await place.run("users", "add", "anna", "--password-stdin", "--json", input: "correct horse\n")
        try #require(added.status == 0, "\(added)")
        let query: [(String, String)] = [
            ("response_type", "code"), ("client_id", "shop"), ("redirect_uri", party.callback), ("scope", "openid"),
            ("code_challenge", TestProvider.challenge), ("code_challenge_method", "S256"), ("state", "s"),
        ]
        let authorize = server.issuer + "/oidc/authorize?" + Parameters.encode(query)
        let browser = try Browser()
        let page = try await browser.follow(try await browser.get(authorize), within: server.issuer)
        try #require(page.shows("login-form"), "\(page.text)")
        let submitted = try await browser.submit(
            "login-form", on: page, [("username", "anna"), ("password", "correct horse")]
        )
        let done = try await browser.follow(submitted, within: server.issuer)
        let code = try #require(done.redirected("code"), "\(done)")
        // Redeeming the code is what makes the application one that is signed in.
        let secret = client.json?["client_secret"]?.string ?? ""
        let redeemed = try await Browser().post(
            server.issuer + "/oidc/token",
            [
                ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", party.callback),
                ("code_verifier", TestProvider.verifier),
            ],
            headers: ["Authorization": basic("shop", secret)]
        )
        try #require(redeemed.status == 200, "\(redeemed)")
        return (browser, try #require(client.json), authorize)
    }

    private static func isSignedIn(_ browser: Browser, _ authorize: String, _ issuer: String) async throws -> Bool {
        let answer = try await browser.follow(try await browser.get(authorize + "&prompt=none"), within: issuer)
        return answer.redirected("code") != nil
    }

    @Test("logout --user: at status 0 the next request sees it, and the application has been told")
    func logoutUser() async throws {
        let place = try CommandPlace()
        try await RunningServer.serve(place) { server in
            try await FakeRelyingParty.run { party in
                let (browser, client, authorize) = try await Self.signIn(place, server, party)
                #expect(client["client_secret"]?.string?.isEmpty == false)
                #expect(try await Self.isSignedIn(browser, authorize, server.issuer))
                let sessions = try await place.run("sessions", "list", "--user", "anna", "--json")
                #expect(sessions.json?.array?.count == 1)
                #expect(sessions.json?.array?.first?["applications"]?.array?.first?["client_id"] == "shop")

                let logout = try await place.run("logout", "--user", "anna", "--reason", "lost laptop", "--json")
                #expect(logout.status == 0, "\(logout)")
                #expect(try await !Self.isSignedIn(browser, authorize, server.issuer))
                #expect(logout.json?["sessions"] == 1)
                #expect(logout.json?["reason"] == "lost laptop")
                #expect(logout.json?["cause"] == "operator")
                #expect(logout.json?["server_running"] == true)
                let told = logout.json?["deliveries"]?.array?.first { $0["channel"] == "backchannel" }
                #expect(told?["state"] == "delivered")
                #expect(told?["application"] == "Shop")
                #expect(told?["attempts"] == 1)
                #expect(told?["last_error"] == .null)
                #expect(party.logoutTokens.count == 1)

                let id = try #require(logout.json?["id"]?.string)
                let shown = try await place.run("logouts", "show", id)
                #expect(shown.output.contains("confirmed by its server"))
                #expect(shown.output.contains("lost laptop"))
                #expect(try await place.run("logouts", "show", id, "--json").json?["id"]?.string == id)
                #expect(try await place.run("logouts", "list", "--json").json?.array?.first?["id"]?.string == id)
                #expect(try await place.run("sessions", "list", "--json").json == [])
                let again = try await place.run("logout", "--user", "anna", "--json")
                #expect(again.status == 0 && again.json?["id"] == .null && again.json?["deliveries"] == [])
            }
        }
    }

    @Test("an application that is down: pending with the error, refused after 400, told when it is sent again")
    func resend() async throws {
        let place = try CommandPlace()
        try await RunningServer.serve(place) { server in
            try await FakeRelyingParty.run { party in
                _ = try await Self.signIn(place, server, party)
                party.behave(.answer(status: 400))
                let logout = try await place.run("logout", "--all", "--json")
                let told = logout.json?["deliveries"]?.array?.first { $0["channel"] == "backchannel" }
                #expect(told?["state"] == "refused")
                #expect(told?["last_error"]?.string?.contains("400") == true)
                let id = try #require(told?["id"]?.string)
                let listed = try await place.run("deliveries", "list", "--state", "refused", "--json")
                #expect(listed.json?.array?.map { $0["id"]?.string } == [id])
                party.behave(.answer(status: 200))
                let resent = try await place.run("deliveries", "resend", id, "--json")
                #expect(resent.json == ["resent": 1, "server_running": true])
                await party.waitFor(2)
                #expect(party.logoutTokens.count == 2)
                let none = try await place.run("deliveries", "resend", "--client", "nobody")
                #expect(none.status == 1)
            }
        }
    }

    @Test("without a server the deliveries are queued, which is said; the next server sends them")
    func queued() async throws {
        let place = try CommandPlace()
        try await FakeRelyingParty.run { party in
            try await RunningServer.serve(place) { server in _ = try await Self.signIn(place, server, party) }
            let logout = try await place.run("logout", "--client", "shop")
            #expect(logout.status == 0)
            #expect(logout.output.contains("queued"))
            let listed = try await place.run("deliveries", "list", "--state", "pending", "--json")
            #expect(listed.json?.array?.count == 1)
            #expect(party.logoutTokens.isEmpty)
            try await RunningServer.serve(place) { _ in await party.waitFor(1) }
            #expect(party.logoutTokens.count == 1)
        }
    }

    @Test("A-85: disabling and a new password beside the server hold for the next request")
    func access() async throws {
        let place = try CommandPlace()
        try await RunningServer.serve(place) { server in
            try await FakeRelyingParty.run { party in
                let (browser, _, authorize) = try await Self.signIn(place, server, party)
                let disabled = try await place.run("users", "disable", "anna", "--json")
                #expect(disabled.json?["logout"]?["cause"] == "account_disabled")
                #expect(try await !Self.isSignedIn(browser, authorize, server.issuer))
                await party.waitFor(1)
                let page = try await browser.follow(try await browser.get(authorize), within: server.issuer)
                let refused = try await browser.submit(
                    "login-form", on: page, [("username", "anna"), ("password", "correct horse")]
                )
                #expect(refused.shows("login-form"))
            }
        }
    }

    @Test("a client that is changed, rotated or removed beside the server, and new keys, hold for the next request")
    func clientsAndKeys() async throws {
        let place = try CommandPlace()
        try await RunningServer.serve(place) { server in
            let metadata = #"{"client_id": "job", "grant_types": ["client_credentials"], "response_types": []}"#
            let added = try await place.run("clients", "add", "-", "--json", input: metadata)
            try #require(added.status == 0, "\(added)")
            let secret = try #require(added.json?["client_secret"]?.string)
            #expect(added.json?["client_id"] == "job")
            #expect(try await Self.status("job", secret, server) == 200)
            let rotated = try await place.run("clients", "rotate-secret", "job", "--json")
            #expect(try await Self.status("job", secret, server) == 401)
            let fresh = try #require(rotated.json?["client_secret"]?.string)
            #expect(try await Self.status("job", fresh, server) == 200)
            #expect(try await place.run("clients", "show", "job", "--json").json?["client_secret"] == nil)
            let removed = try await place.run("clients", "delete", "job", "--json")
            #expect(removed.status == 0 && removed.json?["removed"] == true)
            #expect(try await Self.status("job", fresh, server) == 401)

            let before = try await Browser().get(server.issuer + "/oidc/jwks").json?["keys"]?.array?.count
            let keys = try await place.run("keys", "rotate", "--algorithm", "ES256", "--json")
            let kid = try #require(keys.json?.array?.first?["kid"])
            let after = try await Browser().get(server.issuer + "/oidc/jwks").json?["keys"]?.array ?? []
            #expect(after.count == (before ?? 0) + 1)
            #expect(after.contains { $0["kid"] == kid })
        }
    }

    private static func status(_ id: String, _ secret: String, _ server: RunningServer) async throws -> Int {
        let form = [("grant_type", "client_credentials")]
        let headers = ["Authorization": basic(id, secret)]
        return try await Browser().post(server.issuer + "/oidc/token", form, headers: headers).status
    }

    private static func basic(_ id: String, _ secret: String) -> String {
        "Basic " + Data("\(id):\(secret)".utf8).base64EncodedString()
    }

    @Test("exactly one scope", arguments: [[], ["--all", "--user", "anna"], ["--session", "x", "--client", "y"]])
    func scopes(_ arguments: [String]) async throws {
        let place = try CommandPlace()
        _ = try await place.run("migrate")
        let outcome = try await place.run(["logout"] + arguments)
        #expect(outcome.status != 0)
        #expect(outcome.messages.contains("exactly one"))
    }

    @Test(
        "what does not exist is named",
        arguments: [
            ["logout", "--session", "x"], ["logout", "--user", "x"], ["logout", "--client", "x"],
            ["logouts", "show", "x"],
            ["deliveries", "resend", "x"], ["clients", "show", "x"], ["clients", "delete", "x"],
        ])
    func unknown(_ arguments: [String]) async throws {
        let place = try CommandPlace()
        _ = try await place.run("migrate")
        let outcome = try await place.run(arguments + ["--json"])
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.messages.hasPrefix("Error: There is no "), "\(outcome)")
    }

    @Test("a bad client document: every problem at once, nothing registered")
    func badClient() async throws {
        let place = try CommandPlace(["EXEUNT_ISSUER": "https://id.example.org"])
        _ = try await place.run("migrate")
        let bad = #"{"redirect_uris": ["https://*.example/cb", "http://shop.example/cb"], "exeunt_reciept": "x"}"#
        let outcome = try await place.run("clients", "add", "-", "--json", input: bad)
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        for member in ["redirect_uris[0]", "redirect_uris[1]", "exeunt_reciept"] {
            #expect(outcome.messages.contains(member), "\(outcome)")
        }
        #expect(try await place.run("clients", "list", "--json").json == [])
        let twice = #"{"client_name": "a", "client_name": "b"}"#
        #expect(try await place.run("clients", "add", "-", input: twice).status == 1)
    }
}
