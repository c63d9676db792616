/// Says how a logout ended when there is nothing more to tell and nowhere to go by itself.
package struct SignedOutPage: Page {
    package enum Message: Sendable, Hashable, CaseIterable {
        case signedOut
        /// Nobody was signed in.
        case nothingToEnd
        /// The session that the application meant lives on in another browser (no redirect, A-13).
        case stillOpenElsewhere
        /// The person chose to stay signed in.
        case declined
    }

    package var message: Message
    /// Where a Continue link leads, if anywhere; always validated by the caller.
    package var continueURL: String?
    package var continueName: String?

    package init(message: Message, continueURL: String? = nil, continueName: String? = nil) {
        self.message = message
        self.continueURL = continueURL
        self.continueName = continueName
    }

    package var template: PageTemplate { .signedout }
    package var title: String { Texts.SignedOut.heading(message) }

    package var model: [String: PageValue] {
        [
            "heading": .text(Texts.SignedOut.heading(message)),
            "text": .text(Texts.SignedOut.text(message)),
            "continueURL": .text(continueURL),
            "continueLabel": .text(Texts.Receipt.goOn(to: continueName)),
            "left": .flag(message == .signedOut),
        ]
    }
}
