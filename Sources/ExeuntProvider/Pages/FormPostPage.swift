/// Brings an authorization response to the application as a form (OAuth 2.0 Form Post Response Mode §2). A script file
/// sends it at once; without scripts the person presses the button.
package struct FormPostPage: Page {
    /// The redirect URI, validated.
    package var action: String
    package var fields: [(String, String)]
    package var clientName: String?

    package init(action: String, fields: [(String, String)], clientName: String? = nil) {
        self.action = action
        self.fields = fields
        self.clientName = clientName
    }

    package var template: PageTemplate { .post }
    package var title: String { Texts.Post.title }
    package var formTargets: [String] { [action] }
    package var script: PageScript? { .formPost }

    package var model: [String: PageValue] {
        [
            "action": .text(action),
            "lead": .text(Texts.Post.lead(clientName)),
            "fields": .list(fields.map { ["name": .text($0.0), "value": .text($0.1)] }),
        ]
    }
}
