import ExeuntProvider
import OpenIDTypes
import Testing

/// RP-Initiated Logout §2 to §4 as tables: no HTTP, no database.
@Suite("End-session rules")
struct EndSessionRulesTests {
    static let client = ClientID("rp")
    static let other = ClientID("other")
    static let mine = SessionID("mine")
    static let second = SessionID("second")
    static let registered = "https://rp.example/bye"
    static let redirect = PostLogoutRedirect(
        requested: registered, state: "s", clientID: client, registered: [registered]
    )

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var request = EndSessionRequest(postLogoutRedirectURI: registered, state: "s")
        var browser: [SessionID] = [mine]
        var hint = EndSessionFacts.Hint.absent
        var clientIsKnown = true
        var endsWholeBrowser = false
        let expected: EndSessionDecision
    }

    static let cases: [Case] = [
        Case(
            testDescription: "RPI-OP-8: the hint is this browser's session: no question",
            hint: .current(client, mine), expected: .end([mine], redirect)),
        Case(
            testDescription: "RPI-OP-8, R5: no hint: ask; R5: no client named, no address",
            clientIsKnown: false, expected: .confirm([mine], nil)),
        Case(
            testDescription: "A-27: client_id alone: ask, and the address only after the yes",
            request: .init(clientID: client, postLogoutRedirectURI: registered, state: "s"),
            expected: .confirm([mine], redirect)),
        Case(
            testDescription: "RPI-OP-4, RPI-OP-18, R4, R11, A-05, A-07: an invalid hint: ask, and never the address",
            request: .init(clientID: client, postLogoutRedirectURI: registered, state: "s"),
            hint: .invalid, expected: .confirm([mine], nil)),
        Case(
            testDescription: "RPI-OP-3, A-06: the hint is another client's than client_id",
            request: .init(clientID: other, postLogoutRedirectURI: registered, state: "s"),
            hint: .current(client, mine), expected: .confirm([mine], nil)),
        Case(
            testDescription: "RPI-OP-5, RPI-OP-6, A-03: a hint of an ended session: ask",
            hint: .ended(client), expected: .confirm([mine], redirect)),
        Case(
            testDescription: "RPI-OP-6: a session that nobody remembers: ask, no address",
            hint: .unknownSession(client), expected: .confirm([mine], nil)),
        Case(
            testDescription:
                "A-02, G8: the hint's session is in another browser, this one has its own: ask, no address",
            hint: .elsewhere(client), expected: .confirm([mine], nil)),
        Case(
            testDescription: "A-13: nobody here, the session lives elsewhere: no redirect, and it is said",
            browser: [], hint: .elsewhere(client), expected: .openElsewhere),
        Case(
            testDescription: "RPI-OP-20: nobody here, the hint's session has ended: idempotent",
            browser: [], hint: .ended(client), expected: .nothingToEnd(redirect)),
        Case(
            testDescription: "RPI-OP-13, A-27: nobody here and no hint: never automatic",
            request: .init(clientID: client, postLogoutRedirectURI: registered, state: "s"),
            browser: [], expected: .nothingToEnd(nil)),
        Case(
            testDescription: "RPI-OP-19, A-28: nobody here, an invalid hint",
            browser: [], hint: .invalid, expected: .nothingToEnd(nil)),
        Case(
            testDescription: "R3, R10: a wrong address never stops a proven logout, and is never followed",
            request: .init(postLogoutRedirectURI: registered + "?foo=bar", state: "s"),
            hint: .current(client, mine), expected: .end([mine], nil)),
        Case(
            testDescription: "R7: no address: ended, and no redirect though exactly one is registered",
            request: .init(state: "s"), hint: .current(client, mine), expected: .end([mine], nil)),
        Case(
            testDescription: "R6: no parameter at all: ask", request: .init(), clientIsKnown: false,
            expected: .confirm([mine], nil)),
        Case(
            testDescription: "R9: only state: ask", request: .init(state: "s"), clientIsKnown: false,
            expected: .confirm([mine], nil)),
        Case(
            testDescription: "G9: two accounts, the hint's one alone ends",
            browser: [mine, second], hint: .current(client, second), expected: .end([second], redirect)),
        Case(
            testDescription: "G9: two accounts and no hint: the question names both",
            browser: [mine, second], clientIsKnown: false, expected: .confirm([mine, second], nil)),
        Case(
            testDescription: "logout_hint picks one of two accounts",
            request: .init(logoutHint: "SECOND"), browser: [mine, second], clientIsKnown: false,
            expected: .confirm([second], nil)),
        Case(
            testDescription: "default_scope browser asks while another account is signed in",
            browser: [mine, second], hint: .current(client, mine), endsWholeBrowser: true,
            expected: .confirm([mine, second], redirect)),
        Case(
            testDescription: "default_scope browser with one account: no question",
            hint: .current(client, mine), endsWholeBrowser: true, expected: .end([mine], redirect)),
    ]

    @Test("Decision", arguments: cases)
    func decision(_ row: Case) {
        let named = row.request.clientID ?? row.hint.clientID ?? Self.client
        let facts = EndSessionFacts(
            browser: row.browser.map { .init(id: $0, username: $0.rawValue) },
            hint: row.hint,
            client: row.clientIsKnown
                ? .init(id: named, postLogoutRedirectURIs: [Self.registered], endsWholeBrowser: row.endsWholeBrowser)
                : nil
        )
        #expect(EndSessionRules.decide(row.request, facts) == row.expected)
    }

    @Test(
        "RPI-OP-14, A-21, A-23, A-26: nothing but the registered bytes",
        arguments: [
            "https://rp.example.evil.com/bye", "https://evil.com/https://rp.example/bye", "https://rp.example/bye/",
            "https://rp.example/bye?x=1", "https://rp.example/bye#x", "https://RP.example/bye",
            "HTTPS://rp.example/bye",
            "https://rp.example:443/bye", "https://rp.example./bye", "https://rp.example/%62ye",
            "https://rp.example//bye",
            "https://rp.example/x/../bye", "https://rp.example/%2e%2e/bye", "https://rp.example/bye%2F",
            "https://rp.example\\@evil.com/bye", "https://user@rp.example/bye", "https://rp.example/by\te",
            "https://rp.example/bye\n", " https://rp.example/bye", "http://rp.example/bye", "https://rp.example/by",
            "https://rp.example/bye;x", "https://xn--rp-.example/bye", "//rp.example/bye", "/bye", "",
            // The same letters in another composition: equal as Swift strings, different as bytes.
            "https://rp.example/by\u{65}\u{301}",
        ]
    )
    func onlyExact(_ requested: String) {
        let registered = [Self.registered, "https://rp.example/by\u{e9}"]
        #expect(
            PostLogoutRedirect(requested: requested, state: nil, clientID: Self.client, registered: registered) == nil
        )
    }

    @Test("RPI-OP-16, A-20: state comes back byte for byte, encoded once")
    func stateRoundTrip() throws {
        let state = "aZ09 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\r\næ"
        let redirect = try #require(
            PostLogoutRedirect(
                requested: "https://rp.example/bye?keep=1", state: state, clientID: Self.client,
                registered: ["https://rp.example/bye?keep=1"]
            )
        )
        let location = redirect.location
        #expect(location.hasPrefix("https://rp.example/bye?keep=1&state="))
        #expect(!location.contains("\r") && !location.contains("\n") && !location.contains("#"))
        let query = location.split(separator: "?", maxSplits: 1)[1]
        #expect(try Parameters(query: String(query))["state"] == state)
    }

    @Test(
        "Every refusal of a logout request has a public text, a section, and never redirects (RPI-OP-19)",
        arguments: EndSessionRefusal.allCases)
    func refusals(_ refusal: EndSessionRefusal) {
        #expect(!refusal.publicText.isEmpty && !refusal.section.isEmpty && !refusal.mayRedirect)
        #expect((400..<500).contains(refusal.status))
    }

    @Test("A-11: sizes are bounded")
    func sizes() throws {
        let long = String(repeating: "a", count: 20_000)
        #expect(throws: EndSessionRefusal.hintTooLong) {
            try EndSessionRequest(Parameters(query: "id_token_hint=\(long)"))
        }
        #expect(throws: EndSessionRefusal.stateTooLong) { try EndSessionRequest(Parameters(query: "state=\(long)")) }
    }
}

/// When the receipt is shown instead of going on (architecture: "The browser waits").
@Suite("Receipt rules")
struct ReceiptRulesTests {
    static let initiator = ClientID("rp")

    static func application(_ state: ReceiptState, _ client: String = "other") -> LogoutReceipt.Application {
        LogoutReceipt.Application(
            clientID: ClientID(client), name: client, state: state, lastError: nil, tokenValidUntil: nil,
            keepsOffline: false, attempts: 1
        )
    }

    @Test(
        "RPI-OP-15: on-failure goes on only when every application told by its server confirmed",
        arguments: ReceiptState.allCases)
    func onFailure(_ state: ReceiptState) {
        let shows = ReceiptRules.showsReceipt(
            policy: .onFailure, initiator: Self.initiator,
            applications: [Self.application(.confirmed), Self.application(state)]
        )
        #expect(shows == (state != .confirmed))
    }

    @Test("The application that sent the browser has signed itself out: it needs no address")
    func initiatorWithoutAddress() {
        let shows = ReceiptRules.showsReceipt(
            policy: .onFailure, initiator: Self.initiator, applications: [Self.application(.noLogoutAddress, "rp")]
        )
        #expect(!shows)
    }

    @Test("always and never are obeyed")
    func fixedPolicies() {
        let done = [Self.application(.confirmed)]
        let failed = [Self.application(.pending)]
        #expect(ReceiptRules.showsReceipt(policy: .always, initiator: nil, applications: done))
        #expect(!ReceiptRules.showsReceipt(policy: .never, initiator: nil, applications: failed))
    }
}
