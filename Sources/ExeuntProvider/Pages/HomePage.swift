/// What somebody sees who opens the provider's own address.
package struct HomePage: Page {
    package var issuer: String

    package init(issuer: String) { self.issuer = issuer }

    package var template: PageTemplate { .home }
    package var title: String { Texts.Home.title }
    package var model: [String: PageValue] { ["issuer": .text(issuer)] }
}
