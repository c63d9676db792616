import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Authorization rules: what a request needs")
struct AuthorizationRulesTests {
    typealias Fixture = AuthorizationFixtures
    typealias Candidate = AuthorizationFacts.Candidate

    enum Outcome: Sendable, Equatable {
        case step(AuthorizationStep)
        case refused(AuthorizationRefusal)

        static func code(_ name: String) -> Outcome { .step(.issueCode(SessionID("session-" + name))) }
        static func consent(_ name: String) -> Outcome { .step(.consent(SessionID("session-" + name))) }
        static func again(_ name: String) -> Outcome { .step(.login(again: SessionID("session-" + name))) }
        static let login = Outcome.step(.login(again: nil))
        static let select = Outcome.step(.selectAccount)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let row: String
        var ask: [(String, String)] = []
        var facts = AuthorizationFacts()
        let expected: Outcome

        init(
            _ row: String, _ ask: [(String, String)] = [], _ facts: AuthorizationFacts = AuthorizationFacts(),
            _ expected: Outcome
        ) {
            self.row = row
            self.ask = ask
            self.facts = facts
            self.expected = expected
        }

        var testDescription: String { row }
    }

    static let none = [("prompt", "none")]

    static func decide(_ row: Row) throws -> Outcome {
        let request = try Fixture.request(row.ask)
        do {
            return .step(try AuthorizationRules.decide(request, row.facts, now: Fixture.now))
        } catch {
            return .refused(error)
        }
    }

    static func alive(_ candidates: Candidate...) -> AuthorizationFacts { AuthorizationFacts(candidates: candidates) }
    static func c(
        _ name: String, ago: Int = 10, joined: Int? = nil, hinted: Bool = false
    ) -> Candidate {
        Fixture.candidate(name, authenticated: .seconds(ago), joined: joined.map { .seconds($0) }, hinted: hinted)
    }

    static func with(_ facts: AuthorizationFacts, _ change: (inout AuthorizationFacts) -> Void) -> AuthorizationFacts {
        var copy = facts
        change(&copy)
        return copy
    }

    static let signIn: [Row] = [
        Row("B18, CO-1: silent without a session", none, alive(), .refused(.loginRequired)),
        Row("nobody is signed in", [], alive(), .login),
        Row("B19: silent with a session", none, alive(c("ann")), .code("ann")),
        Row("signed in", [], alive(c("ann")), .code("ann")),
        Row("B17, CO-3: prompt=login", [("prompt", "login")], alive(c("ann")), .again("ann")),
        Row("CO-6: max_age=0 is prompt=login", [("max_age", "0")], alive(c("ann", ago: 0)), .again("ann")),
        Row("B20: older than max_age", [("max_age", "1")], alive(c("ann", ago: 2)), .again("ann")),
        Row("B21: younger than max_age", [("max_age", "10000")], alive(c("ann", ago: 9999)), .code("ann")),
        Row("CO-6: exactly max_age", [("max_age", "60")], alive(c("ann", ago: 60)), .code("ann")),
        Row("CO-6: the largest max_age", [("max_age", "999999999999999999")], alive(c("ann", ago: 60)), .code("ann")),
        Row(
            "CO-1, CO-6: silent and too old", none + [("max_age", "1")], alive(c("ann", ago: 2)),
            .refused(.loginRequired)),
        Row(
            "CO-3: satisfied by a login inside the interaction only", [("prompt", "login")],
            with(alive(c("ann", ago: 0))) { $0.progress = Fixture.progress("ann", loggedIn: true) }, .code("ann")
        ),
        Row(
            "CO-3: choosing an account is no login", [("prompt", "login")],
            with(alive(c("ann", ago: 0))) { $0.progress = Fixture.progress("ann") }, .again("ann")
        ),
        Row(
            "B20: a slow consent after the login does not ask again", [("max_age", "1")],
            with(alive(c("ann", ago: 30))) { $0.progress = Fixture.progress("ann", loggedIn: true) }, .code("ann")
        ),
        Row(
            "CO-10: an essential acr that is not offered",
            [("claims", #"{"id_token":{"acr":{"essential":true,"values":["x"]}}}"#)], alive(c("ann")),
            .refused(.authenticationClassUnmet)
        ),
        Row("B27: voluntary acr_values", [("acr_values", "1 2")], alive(c("ann")), .code("ann")),
    ]

    static let hints: [Row] = [
        Row(
            "B23, CO-9: the hint's person is signed in", none,
            with(alive(c("ann"))) { $0.hint = .subject(Subject("ann")) }, .code("ann")
        ),
        Row(
            "CO-9: silent, and somebody else is signed in", none,
            with(alive(c("bob"))) { $0.hint = .subject(Subject("ann")) }, .refused(.loginRequired)
        ),
        Row(
            "CO-9: the hint decides between accounts", none,
            with(alive(c("bob", joined: 5), c("ann", joined: 9))) { $0.hint = .subject(Subject("ann")) }, .code("ann")
        ),
        Row(
            "CO-9: interactive, and somebody else is signed in", [],
            with(alive(c("bob"))) { $0.hint = .subject(Subject("ann")) }, .login
        ),
        Row(
            "CO-9: another person than the hint's signed in", [],
            with(alive(c("bob"))) {
                $0.hint = .subject(Subject("ann"))
                $0.progress = Fixture.progress("bob", loggedIn: true)
            }, .refused(.otherAccount)
        ),
        Row("CO-9: a hint that is not ours", [], with(alive(c("ann"))) { $0.hint = .invalid }, .refused(.hintInvalid)),
        Row(
            "Core §3.1.2.2: a sub value is a hint too", none + [("claims", #"{"id_token":{"sub":{"value":"ann"}}}"#)],
            alive(c("bob")), .refused(.loginRequired)
        ),
        Row(
            "Core §3.1.2.2: sub value and hint that contradict each other",
            none + [("claims", #"{"id_token":{"sub":{"value":"bob"}}}"#)],
            with(alive(c("ann"), c("bob"))) { $0.hint = .subject(Subject("ann")) }, .refused(.loginRequired)
        ),
        Row("login_hint decides between accounts", [], alive(c("bob"), c("ann", hinted: true)), .code("ann")),
        Row("B24: login_hint of nobody here", [("login_hint", "x")], alive(c("ann")), .code("ann")),
    ]

    static let accounts: [Row] = [
        Row("several accounts and nothing to tell them apart", [], alive(c("ann"), c("bob")), .select),
        Row("the same, silent", none, alive(c("ann"), c("bob")), .refused(.accountSelectionRequired)),
        Row("the one that the client uses", none, alive(c("bob"), c("ann", joined: 5)), .code("ann")),
        Row("the client uses both", [], alive(c("bob", joined: 3), c("ann", joined: 5)), .select),
        Row("CO-4: select_account", [("prompt", "select_account")], alive(c("ann")), .select),
        Row("CO-4: select_account without any account", [("prompt", "select_account")], alive(), .login),
        Row(
            "CO-4: chosen", [("prompt", "select_account")],
            with(alive(c("bob"), c("ann"))) { $0.progress = Fixture.progress("ann") }, .code("ann")
        ),
        Row(
            "CO-4: as somebody else", [],
            with(alive(c("bob"), c("ann"))) { $0.progress.wantsOtherAccount = true }, .login
        ),
        Row(
            "CO-3, CO-4: chosen, then to sign in again", [("prompt", "select_account login")],
            with(alive(c("bob"), c("ann"))) { $0.progress = Fixture.progress("ann") }, .again("ann")
        ),
        Row(
            "architecture §1: after ann's logout not silently bob", none,
            with(alive(c("bob"))) { $0.departures = [left("ann", 5)] }, .refused(.accountSelectionRequired)
        ),
        Row(
            "architecture §1: after ann's logout the person chooses", [],
            with(alive(c("bob"))) { $0.departures = [left("ann", 5)] }, .select
        ),
        Row(
            "architecture §1: the client used bob, then ann, and ann logged out", none,
            with(alive(c("bob", joined: 50))) { $0.departures = [left("ann", 5)] }, .refused(.accountSelectionRequired)
        ),
        Row(
            "architecture §1: bob was chosen after ann's logout", none,
            with(alive(c("bob", joined: 2))) { $0.departures = [left("ann", 5)] }, .code("bob")
        ),
        Row(
            "A-67: ann again after her own logout has signed in anew", none,
            with(alive(c("ann", ago: 1))) { $0.departures = [left("ann", 5)] }, .code("ann")
        ),
        Row(
            "login_hint names bob after ann's logout", [],
            with(alive(c("bob", hinted: true))) { $0.departures = [left("ann", 5)] }, .code("bob")
        ),
        Row(
            "A-67, A-68: nobody is left after the logout", none, with(alive()) { $0.departures = [left("ann", 0)] },
            .refused(.loginRequired)),
    ]

    static func left(_ name: String, _ ago: Int) -> AuthorizationFacts.Departure {
        .init(account: AccountID(name), endedAt: Fixture.now - .seconds(ago))
    }

    static let mixUps: [Row] = [
        Row(
            "A-64: ann's interaction goes on with ann beside bob", [],
            with(alive(c("bob", ago: 1), c("ann"))) { $0.progress = Fixture.progress("ann", loggedIn: true) },
            .code("ann")
        ),
        Row(
            "A-65: the session ended meanwhile", [],
            with(alive()) { $0.progress = Fixture.progress("ann", loggedIn: true) }, .login
        ),
        Row(
            "A-64, A-65: the session ended meanwhile and bob is not taken instead", [],
            with(alive(c("bob"))) { $0.progress = Fixture.progress("ann", loggedIn: true, consented: true) }, .login
        ),
        Row(
            "A-64: the session is another account's", [],
            with(alive(c("ann"))) {
                $0.progress = Fixture.progress("ann", loggedIn: true)
                $0.progress.account = AccountID("bob")
            }, .login
        ),
    ]

    static func policy(_ policy: ConsentPolicy, before: Set<String>? = nil) -> AuthorizationFacts {
        with(alive(c("ann"))) {
            $0.consentPolicy = policy
            if let before { $0.consented = [AccountID("ann"): before] }
        }
    }

    static let consent: [Row] = [
        Row("never asks", [], policy(.never), .code("ann")),
        Row(
            "CO-5: prompt=consent asks anyway", [("prompt", "consent")], policy(.never, before: ["openid"]),
            .consent("ann")),
        Row("first: not asked yet", [], policy(.first), .consent("ann")),
        Row("first: asked for as much", [], policy(.first, before: ["openid", "email"]), .code("ann")),
        Row("first: asks for more", [("scope", "openid email")], policy(.first, before: ["openid"]), .consent("ann")),
        Row("always", [], policy(.always, before: ["openid"]), .consent("ann")),
        Row("CO-5: silent", none, policy(.first), .refused(.consentRequired)),
        Row("CO-5: silent, always", none, policy(.always, before: ["openid"]), .refused(.consentRequired)),
        Row(
            "given in this interaction", [("prompt", "consent")],
            with(policy(.always)) { $0.progress = Fixture.progress("ann", loggedIn: true, consented: true) },
            .code("ann")
        ),
        Row(
            "CO-3, CO-5: the login comes first", [("prompt", "login consent")],
            with(policy(.always)) { $0.progress = Fixture.progress("ann") }, .again("ann")
        ),
        Row(
            "first: another's consent is not ann's", [],
            with(policy(.first)) { $0.consented = [AccountID("bob"): ["openid"]] }, .consent("ann")
        ),
    ]

    @Test("B17 to B21, B27, CO-1, CO-3, CO-6, CO-10: when the person must sign in", arguments: signIn)
    func requiresLogin(_ row: Row) throws { #expect(try Self.decide(row) == row.expected) }

    @Test("B23, B24, CO-9: whom the request is about", arguments: hints)
    func findsThePerson(_ row: Row) throws { #expect(try Self.decide(row) == row.expected) }

    @Test("CO-4, A-67, A-68: which account, and never silently another after a logout", arguments: accounts)
    func findsTheAccount(_ row: Row) throws { #expect(try Self.decide(row) == row.expected) }

    @Test("A-64, A-65: an interaction goes on only with its own living session", arguments: mixUps)
    func staysWithItsSession(_ row: Row) throws { #expect(try Self.decide(row) == row.expected) }

    @Test("CO-5: when the person must consent", arguments: consent)
    func requiresConsent(_ row: Row) throws { #expect(try Self.decide(row) == row.expected) }
}
