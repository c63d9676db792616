/// Says that something went wrong, to a person who may be able to do something about it, or to tell somebody who can.
package struct ErrorPage: Page {
    package var heading: String
    package var text: String
    /// What the operator finds the log line by.
    package var reference: String?
    /// The OAuth error code, for whoever builds the application.
    package var code: String?

    package init(title: String, text: String, reference: String? = nil, code: String? = nil) {
        heading = title
        self.text = text
        self.reference = reference
        self.code = code
    }

    package var template: PageTemplate { .failure }
    package var title: String { heading }

    package var model: [String: PageValue] {
        [
            "heading": .text(heading), "text": .text(text), "reference": .text(reference), "code": .text(code),
            "details": .flag(reference != nil || code != nil),
        ]
    }
}
