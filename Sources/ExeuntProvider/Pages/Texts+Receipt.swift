import OpenIDTypes

extension Texts {
    /// The receipt's words. They must never promise more than is known.
    enum Receipt {
        static let title = "Logout receipt"
        static let heading = "You are signed out"
        static let keepsOffline = "It keeps offline access: it may go on acting for you until you withdraw that."

        static func account(_ name: String) -> String { "\(name) is signed out here." }
        static func goOn(to name: String?) -> String { name.map { "Continue to \($0)" } ?? "Continue" }

        static func tokenValid(until moment: Timestamp) -> String {
            "Its access token is valid until \(Texts.time(moment))."
        }

        /// The sentences that matter: who may still be signed in.
        static func verdict(open: [String], pending: [String], asked: [String], isUnfinished: Bool) -> [String] {
            var sentences: [String] = []
            if !open.isEmpty {
                sentences.append("You may still be signed in to \(Texts.list(open)).")
            }
            if !pending.isEmpty {
                let verb = pending.count == 1 ? "has" : "have"
                sentences.append("\(Texts.list(pending)) \(verb) not answered yet, and may still be signed in.")
            }
            if isUnfinished { sentences.append("More applications are still to be told.") }
            if !asked.isEmpty {
                sentences.append("Whether \(Texts.list(asked)) signed you out cannot be confirmed.")
            }
            return sentences.isEmpty ? ["No application is still signed in."] : sentences
        }

        static func label(_ state: ReceiptState) -> String {
            switch state {
            case .confirmed: "Signed out"
            case .askedThroughBrowser: "Asked"
            case .notAskedNoBrowser: "Not asked"
            case .pending: "Waiting"
            case .refused: "Refused"
            case .abandoned: "Given up"
            case .noLogoutAddress: "Cannot be told"
            case .switchedOff: "Not told"
            }
        }

        static func sentence(_ state: ReceiptState, lastError: String?, attempts: Int, until: Timestamp) -> String {
            switch state {
            case .confirmed:
                return "Confirmed by its server."
            case .askedThroughBrowser:
                return "Asked through your browser; this cannot be confirmed."
            case .notAskedNoBrowser:
                return "Not asked: it can only be reached through a browser, and none was there."
            case .pending:
                let reason = lastError.map { "Waiting: \($0)." } ?? "Waiting for its server."
                return "\(reason) We keep trying until \(Texts.time(until))."
            case .refused:
                return "Its server refused to sign you out" + (lastError.map { ": \($0)." } ?? ".")
            case .abandoned:
                let count = attempts == 1 ? "one attempt" : "\(attempts) attempts"
                return "Given up after \(count)" + (lastError.map { ": \($0)." } ?? ".")
            case .noLogoutAddress:
                return "It has no logout address: you may still be signed in there."
            case .switchedOff:
                return "Not told: it does not want to hear of sessions that expire."
            }
        }
    }
}
