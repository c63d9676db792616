import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Interaction: a request sealed for one browser")
struct InteractionTests {
    static let box = SecretBox(masterKey: [UInt8](repeating: 7, count: 32))
    static let browser = [UInt8](repeating: 1, count: 32)
    static let life = Duration.seconds(1800)
    static let now = AuthorizationFixtures.now

    static func interaction() -> Interaction {
        var interaction = Interaction(
            parameters: Parameters(pairs: [("state", "ä &=\u{1F600}"), ("client_id", "app")]), browser: browser,
            startedAt: now
        )
        interaction.progress = AuthorizationFixtures.progress("ann", loggedIn: true, consented: true)
        interaction.progress.wantsOtherAccount = true
        return interaction
    }

    @Test("everything comes back as it went in, and nothing is readable on the way")
    func roundTrip() throws {
        let sealed = Self.interaction().sealed(by: Self.box, lifetime: Self.life)
        #expect(!sealed.contains("app"))
        let opened = try Interaction.open(sealed, by: Self.box, browser: Self.browser, now: Self.now)
        #expect(opened.parameters?.pairs.map(\.0) == ["state", "client_id"])
        #expect(opened.parameters?["state"] == "ä &=\u{1F600}")
        #expect(opened.progress == Self.interaction().progress)
        #expect(opened.startedAt == Self.now)
        let plain = Interaction(parameters: nil, browser: Self.browser, startedAt: Self.now)
        let again = try Interaction.open(
            plain.sealed(by: Self.box, lifetime: Self.life), by: Self.box, browser: Self.browser, now: Self.now
        )
        #expect(again.parameters == nil)
    }

    @Test("CO-11: refused in another browser, without a browser, altered, too late, or missing")
    func refused() throws {
        let sealed = Self.interaction().sealed(by: Self.box, lifetime: Self.life)
        let other = [UInt8](repeating: 2, count: 32)
        let open = { (text: String?, browser: [UInt8]?, now: Timestamp) throws(InteractionRefusal) in
            _ = try Interaction.open(text, by: Self.box, browser: browser, now: now)
        }
        #expect(throws: InteractionRefusal.foreign) { try open(sealed, other, Self.now) }
        #expect(throws: InteractionRefusal.foreign) { try open(sealed, nil, Self.now) }
        #expect(throws: InteractionRefusal.expired) { try open(sealed + "A", Self.browser, Self.now) }
        #expect(throws: InteractionRefusal.expired) { try open("", Self.browser, Self.now) }
        #expect(throws: InteractionRefusal.missing) { try open(nil, Self.browser, Self.now) }
        let late = Self.now + Self.life + .seconds(1)
        #expect(throws: InteractionRefusal.expired) { try open(sealed, Self.browser, late) }
        // Going on seals it anew, and gains no time.
        let resealed = Self.interaction().sealed(by: Self.box, lifetime: Self.life)
        #expect(throws: InteractionRefusal.expired) { try open(resealed, Self.browser, late) }
        let elsewhere = SecretBox(masterKey: [UInt8](repeating: 8, count: 32))
        let foreign = Self.interaction().sealed(by: elsewhere, lifetime: Self.life)
        #expect(throws: InteractionRefusal.expired) { try open(foreign, Self.browser, Self.now) }
        let confirmation = Self.box.sealText(Self.interaction().json, purpose: "confirmation", expires: late)
        #expect(throws: InteractionRefusal.expired) { try open(confirmation, Self.browser, Self.now) }
    }
}
