import ExeuntProvider
import HTTPTypes
import Hummingbird
import HummingbirdCore
import OpenIDTypes
import Testing

@Suite("Every page")
struct PageTests {
    static let renderer: PageRenderer = {
        do { return PageRenderer(issuer: try Issuer("https://op.example")) } catch { fatalError("\(error)") }
    }()

    private func page(_ name: String, _ samples: SamplePages = .lifelike) throws -> any Page {
        try #require(samples.all.first { $0.name == name }).page
    }

    private func html(_ name: String) throws -> String { Self.renderer.html(try page(name)) }

    @Test("Every template has a sample")
    func complete() {
        #expect(Set(SamplePages.lifelike.all.map(\.page.template)) == Set(PageTemplate.allCases))
    }

    @Test(
        "A-19: a payload in any field of any page is encoded", arguments: SamplePages.names,
        [
            "\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>", "</title><svg onload=alert(1)>",
            "{{{title}}}<b>", "&lt;script&gt;<i>",
        ]
    )
    func encoded(name: String, payload: String) throws {
        let page = try page(name, .filled(with: payload))
        let html = Self.renderer.html(page)
        #expect(!html.contains(payload))
        for tag in ["<script>", "<img src=x", "<svg", "<b>", "<i>"] { #expect(!html.contains(tag), "\(tag)") }
        let encoded = payload.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
        #expect(html.contains(encoded))
        let policy = ContentPolicy(formTargets: page.formTargets, frameSources: page.frameSources)
        #expect(!policy.header.contains("alert") && !policy.header.contains("<"))
    }

    @Test("A-19: no page has script or style of its own in it, and none is stored", arguments: SamplePages.names)
    func strict(name: String) throws {
        let html = try html(name)
        #expect(!html.contains("<style") && !html.contains(" style=") && !html.contains("javascript:"))
        #expect(!html.contains(/\son[a-z]+=/))
        let ours = /<script src="\/assets\/[a-z\-]+\.js\?v=[0-9a-f]{16}"><\/script>/
        #expect(html.matches(of: /<script/).count == html.matches(of: ours).count)
        let response = Self.renderer.render(try page(name))
        let policy = try #require(response.headers[.contentSecurityPolicy])
        for part in [
            "default-src 'none'", "style-src 'self'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'",
            "form-action 'self'",
        ] { #expect(policy.contains(part), "\(part)") }  // A-17, CO-11
        #expect(!policy.contains("unsafe"))
        #expect(response.headers[.cacheControl] == "no-store")
    }

    @Test("Every page can be used with a screen reader and a keyboard", arguments: SamplePages.names)
    func accessible(name: String) throws {
        let html = try html(name)
        #expect(html.hasPrefix("<!doctype html>\n<html lang=\"en\">"))
        #expect(html.matches(of: /<h1>/).count == 1)
        #expect(html.matches(of: /<main\s/).count == 1)
        #expect(html.contains("name=\"viewport\""))
        for input in html.matches(of: /<input id="([a-z]+)"/) {
            #expect(html.contains("<label for=\"\(input.output.1)\">"), "\(input.output.1)")
        }
        for image in html.matches(of: /<img [^>]*>/) { #expect(image.output.contains("alt=")) }
        for frame in html.matches(of: /<iframe [^>]*>/) { #expect(frame.output.contains("title=")) }
        for index in html.matches(of: /tabindex="([^"]*)"/) { #expect(index.output.1 == "-1") }
    }

    @Test(
        "Forms and elements have the names that browsers' tests rely on",
        arguments: [
            (
                "login", "/login", ["interaction", "username", "password", "remember"],
                ["login-form", "username", "password", "remember", "sign-in"]
            ),
            ("login-problem", "/login", ["interaction", "username", "password"], ["problem"]),
            ("consent", "/consent", ["interaction", "decision"], ["consent-form", "allow", "deny"]),
            ("selection", "/select", ["interaction", "session", "other"], ["other"]),
            ("confirmation", "/oidc/logout/confirm", ["confirmation", "decision"], ["logout-form", "logout", "stay"]),
            ("form-post", "https://rp.example.org/cb", ["code"], ["continue"]),
            ("receipt", nil, [], ["receipt", "continue", "verdict"]),
            ("signed-out-signedOut", nil, [], ["signed-out", "continue"]),
            ("front-channel", nil, [], ["continue", "frames"]),
            ("error", nil, [], ["error", "reference", "code"]),
        ] as [(String, String?, [String], [String])]
    )
    func identifiers(name: String, action: String?, fields: [String], ids: [String]) throws {
        let html = try html(name)
        if let action { #expect(html.contains("method=\"post\" action=\"\(action)\"")) }
        for field in fields { #expect(html.contains("name=\"\(field)\""), "\(field)") }
        for id in ids { #expect(html.contains("id=\"\(id)\""), "\(id)") }
        let all = html.matches(of: /\sid="([^"]*)"/).map { String($0.output.1) }
        #expect(all.count == Set(all).count)
    }

    @Test("A login page without \"stay signed in\" has no such box, and a problem is announced")
    func problem() throws {
        let html = try html("login-problem")
        #expect(!html.contains("name=\"remember\""))
        #expect(html.contains("id=\"problem\" role=\"alert\">That user name and password do not belong together."))
        #expect(html.contains("value=\"ada\""))
    }

    @Test("Links of an application are web addresses, or not there")
    func links() {
        let bad = ClientLinks(
            logo: "http://x/l.png", home: "javascript:alert(1)", policy: "data:text/html,x", terms: "//x"
        )
        let html = Self.renderer.html(LoginPage(interaction: "i", clientName: "c", clientLinks: bad))
        for text in ["javascript:", "data:", "href=\"//", "l.png"] { #expect(!html.contains(text), "\(text)") }
    }

    @Test(
        "A-30: a page refreshes only to an address of ours",
        arguments: [
            ("/oidc/logout/continue?c=1", true), ("https://op.example/x", true), ("https://op.example.evil/x", false),
            ("https://evil.example/", false), ("//evil.example/", false), ("/\\evil.example", false),
            ("javascript:alert(1)", false),
        ]
    )
    func refresh(address: String, isOurs: Bool) {
        let frame = FrontChannelPage.Frame(clientName: "A", uri: "https://a.example/out")
        let page = FrontChannelPage(frames: [frame], continueURL: address)
        let html = Self.renderer.html(page)
        #expect(html.contains("<noscript><meta http-equiv=\"refresh\"") == isOurs)
    }

    @Test("A file that changes gets another address; the versioned one is kept for good")
    func assets() async throws {
        let place = try await ServerPlace()
        let home = try await place.get("/")
        let match = try #require(home.text.firstMatch(of: /href="(\/assets\/exeunt\.css\?v=[0-9a-f]{16})"/))
        let css = try await place.get(String(match.output.1))
        #expect(css.status == 200 && css.headers[.contentType] == "text/css; charset=utf-8")
        #expect(css.headers[.cacheControl] == "public, max-age=31536000, immutable")
        let other = try await place.get("/assets/exeunt.css?v=0000000000000000")
        #expect(other.headers[.cacheControl] == "no-cache")
        let tag = try #require(other.headers[.eTag])
        #expect(try await place.send(.get, "/assets/exeunt.css", headers: [.ifNoneMatch: tag]).status == 304)
        await place.close()
    }
}
