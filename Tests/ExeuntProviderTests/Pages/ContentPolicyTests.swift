import ExeuntProvider
import Foundation
import Testing

@Suite("Content Security Policies")
struct ContentPolicyTests {
    @Test(
        "A-51: what a policy calls the origin of an address",
        arguments: [
            ("https://rp.example/cb?x=1#y", "https://rp.example"), ("https://RP.example", "https://rp.example"),
            ("https://rp.example:8443/cb", "https://rp.example:8443"),
            ("http://127.0.0.1:5000/cb", "http://127.0.0.1:5000"),
            ("http://[::1]:5000/cb", "http:"), ("com.example.app:/cb", "com.example.app:"),
            ("com.example.app://x;script-src *", "com.example.app:"),
            ("https://rp.example;script-src *", nil), ("https://a b/", nil), ("https://a,b/", nil),
            ("https://a'b/", nil),
            ("https://user@rp.example/", nil), ("https://rp.example:/", nil), ("https://rp.example:80a/", nil),
            ("https://*/", nil), ("https:///x", nil), ("https:rp.example", nil), ("/relative", nil), ("", nil),
            ("javascript:alert(1)", nil), ("data:text/html,x", nil), ("bl ob:x", nil), ("*:x", nil),
        ] as [(String, String?)]
    )
    func source(address: String, expected: String?) {
        #expect(ContentPolicy.source(of: address) == expected)
    }

    @Test("Chromium applies form-action to the redirect after a POST: a form's page names its targets")
    func formAction() {
        let targets = ["https://rp.example/cb", "https://rp.example/x"]
        let page = LoginPage(interaction: "i", clientName: nil, formTargets: targets)
        let header = ContentPolicy(formTargets: page.formTargets, frameSources: page.frameSources).header
        #expect(header.contains("form-action 'self' https://rp.example;"))
        let post = FormPostPage(action: "https://rp.example:444/cb", fields: [])
        let posting = ContentPolicy(formTargets: post.formTargets, frameSources: []).header
        #expect(posting.contains("form-action 'self' https://rp.example:444;"))
    }

    @Test("A-51: frame-src names exactly this page's targets, and only where there are frames")
    func frames() {
        let policy = ContentPolicy(
            formTargets: [],
            frameSources: ["https://a.example/out?sid=1", "https://b.example:8443/x", "https://a.example/2"]
        )
        #expect(policy.header.hasSuffix("; frame-src https://a.example https://b.example:8443"))
        #expect(policy.meta == nil)
        #expect(!ContentPolicy(formTargets: [], frameSources: []).header.contains("frame-src"))
    }

    @Test("A-51, A-53: a list that is too long for a header is in the page, as exact as ever")
    func manyFrames() throws {
        let frames = (0..<300).map { number in
            FrontChannelPage.Frame(clientName: "App \(number)", uri: "https://app\(number).example.org/out")
        }
        let page = FrontChannelPage(frames: frames, continueURL: "/oidc/logout/continue/x")
        let policy = ContentPolicy(formTargets: [], frameSources: page.frameSources)
        #expect(policy.header.utf8.count < 4096)
        let html = PageTests.renderer.html(page)
        let meta = try #require(html.firstMatch(of: /http-equiv="Content-Security-Policy" content="frame-src ([^"]*)"/))
        #expect(meta.output.1.split(separator: " ").count == 300)
        let script = try #require(html.range(of: "<script"))
        #expect(meta.range.lowerBound < script.lowerBound)
    }

    @Test("A-53: a hundred frames at once, the others in a queue")
    func batches() {
        let frames = (0..<300).map { FrontChannelPage.Frame(clientName: "App", uri: "https://app\($0).example/out") }
        let html = PageTests.renderer.html(FrontChannelPage(frames: frames, continueURL: "/c"))
        #expect(html.matches(of: /<span data-src="/).count == 200)
        #expect(html.matches(of: /<noscript><iframe\s/).count == 200)
        #expect(html.matches(of: /\n<iframe\s/).count == 100)
        // One application with three hundred sessions is one line for the person.
        #expect(html.matches(of: /<li>App<\/li>/).count == 1)
    }

    @Test("A-52: a frame may run scripts and clear its own storage, and nothing else")
    func sandbox() {
        let frames = (0..<101).map { FrontChannelPage.Frame(clientName: "App", uri: "https://app\($0).example/out") }
        let html = PageTests.renderer.html(FrontChannelPage(frames: frames, continueURL: "/c"))
        let sandboxes = html.matches(of: /<iframe [^>]*sandbox="([^"]*)"[^>]*>/).map { String($0.output.1) }
        #expect(sandboxes.count == 101)
        #expect(Set(sandboxes) == ["allow-scripts allow-same-origin"])
        #expect(html.matches(of: /<iframe\s/).count == 101)
    }
}
