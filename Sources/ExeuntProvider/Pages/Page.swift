/// What a template is filled with. Only text, flags and lists of more of the same: every text is HTML-encoded by the
/// template engine, and no value can bring markup of its own.
package enum PageValue: Sendable, Hashable {
    case text(String)
    case flag(Bool)
    case list([[String: PageValue]])
    case record([String: PageValue])

    /// A text, or nothing at all: a section of that name is then not rendered.
    package static func text(_ text: String?) -> PageValue { text.map { .text($0) } ?? .flag(false) }
}

extension PageValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(booleanLiteral value: Bool) { self = .flag(value) }
}

/// The templates in `Pages/Resources`.
package enum PageTemplate: String, Sendable, CaseIterable {
    case login, consent, selection, post, confirmation, signedout, frontchannel, receipt, failure, home
}

/// The script files in `Pages/Resources`. No page needs one to be usable.
package enum PageScript: String, Sendable, CaseIterable {
    case formPost = "form-post.js"
    case frontChannel = "front-channel.js"
}

/// Asks the browser to load an address of ours after some seconds, without a script.
package struct PageRefresh: Sendable, Hashable {
    package var seconds: Int
    /// Nil loads the same page again. Any other address must be the provider's own.
    package var address: String?
    /// Only for browsers without scripts, because a script does it better.
    package var withoutScriptOnly: Bool

    package init(seconds: Int, address: String? = nil, withoutScriptOnly: Bool = false) {
        self.seconds = seconds
        self.address = address
        self.withoutScriptOnly = withoutScriptOnly
    }
}

/// One page, as what it says. `PageRenderer` turns it into HTML with the headers that go with it.
package protocol Page: Sendable {
    var template: PageTemplate { get }
    /// The window's title, without the provider's name.
    var title: String { get }
    var model: [String: PageValue] { get }
    /// Addresses that this page's forms may lead to by a redirect, beside the provider itself: Chromium applies
    /// `form-action` to the redirect after a POST too.
    var formTargets: [String] { get }
    /// Addresses that this page shows in frames; `frame-src` names exactly their origins.
    var frameSources: [String] { get }
    var script: PageScript? { get }
    var refresh: PageRefresh? { get }
}

extension Page {
    package var formTargets: [String] { [] }
    package var frameSources: [String] { [] }
    package var script: PageScript? { nil }
    package var refresh: PageRefresh? { nil }
}

/// Links that an application registered for people to read (Registration §2).
package struct ClientLinks: Sendable, Hashable {
    package var logo: String?
    package var home: String?
    package var policy: String?
    package var terms: String?

    package init(logo: String? = nil, home: String? = nil, policy: String? = nil, terms: String? = nil) {
        self.logo = logo
        self.home = home
        self.policy = policy
        self.terms = terms
    }

    /// For the template. Only web addresses: registration refuses others, and a page must not rely on that.
    var value: PageValue {
        .record([
            "logo": .text(logo.flatMap { $0.hasPrefix("https://") ? $0 : nil }),
            "home": .text(Self.web(home)), "policy": .text(Self.web(policy)), "terms": .text(Self.web(terms)),
            "any": .flag(Self.web(home) ?? Self.web(policy) ?? Self.web(terms) != nil),
        ])
    }

    private static func web(_ address: String?) -> String? {
        address.flatMap { $0.hasPrefix("https://") || $0.hasPrefix("http://") ? $0 : nil }
    }
}
