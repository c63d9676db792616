package import OpenIDTypes

/// Why a page of an interaction cannot go on. The application is not told: nobody knows any more which one it was.
package enum InteractionRefusal: String, Refusal, CaseIterable {
    case missing = "interaction-missing"
    /// Sealed by nobody here, altered, or open for too long.
    case expired = "interaction-expired"
    /// Sealed for another browser: a forged form or a forwarded link (CO-11).
    case foreign = "interaction-foreign"
    case decisionMissing = "decision-missing"

    package var id: String { rawValue }
    package var code: OAuthErrorCode { .invalidRequest }
    package var section: String { "OpenID Connect Core §3.1.2.3" }
    package var mayRedirect: Bool { false }
    package var status: Int { 400 }

    package var publicText: String {
        switch self {
        case .missing, .decisionMissing: "The form is not complete. Please go back to the application and start again."
        case .expired: "This page has been open for too long. Please go back to the application and start again."
        case .foreign: "This page belongs to another browser. Please go back to the application and start again."
        }
    }
}

/// One authorization request on its way through login, account selection and consent.
///
/// It travels as a sealed value in our own URLs and forms, so that half-finished requests cost the database nothing and
/// any node can go on with them. It proves nothing alone: it works in the browser that it was sealed for, and what it
/// says was done holds only while that browser's session lives.
package struct Interaction: Sendable {
    /// The request's parameters, to be judged anew at every step; nil for a login that no application asked for.
    package let parameters: Parameters?
    /// Hash of the browser's binding cookie.
    package let browser: [UInt8]
    package let startedAt: Timestamp
    package var progress: InteractionProgress

    package static let purpose = "interaction"

    package init(
        parameters: Parameters?, browser: [UInt8], startedAt: Timestamp,
        progress: InteractionProgress = InteractionProgress()
    ) {
        self.parameters = parameters
        self.browser = browser
        self.startedAt = startedAt
        self.progress = progress
    }

    /// The time limit counts from the first page; going on does not extend it.
    package func sealed(by box: SecretBox, lifetime: Duration) -> String {
        box.sealText(json, purpose: Self.purpose, expires: startedAt + lifetime)
    }

    /// - Parameter browser: of the request at hand.
    package static func open(
        _ text: String?, by box: SecretBox, browser: [UInt8]?, now: Timestamp
    ) throws(InteractionRefusal) -> Interaction {
        guard let text else { throw .missing }
        guard let json = box.openText(text, purpose: purpose, now: now), let interaction = Interaction(json: json)
        else {
            throw .expired
        }
        guard let browser, RandomToken.constantTimeEqual(browser, interaction.browser) else { throw .foreign }
        return interaction
    }
}

extension Interaction {
    package var json: JSONValue {
        var object = JSONObject()
        if let parameters {
            object["q"] = .array(parameters.pairs.map { .array([.string($0.0), .string($0.1)]) })
        }
        object["b"] = .string(Base64URL.encode(browser))
        object["t"] = .integer(startedAt.milliseconds)
        object["s"] = progress.session.map { .string($0.rawValue) }
        object["a"] = progress.account.map { .string($0.rawValue) }
        object["l"] = progress.loggedInAt.map { .integer($0.milliseconds) }
        object["c"] = progress.consentedAt.map { .integer($0.milliseconds) }
        if progress.wantsOtherAccount { object["o"] = true }
        return .object(object)
    }

    package init?(json: JSONValue) {
        guard let browser = json["b"]?.string.flatMap({ Base64URL.decode($0) }), let started = json["t"]?.int else {
            return nil
        }
        self.browser = browser
        startedAt = Timestamp(milliseconds: started)
        if let list = json["q"]?.array {
            let pairs = list.compactMap(\.strings).filter { $0.count == 2 }.map { ($0[0], $0[1]) }
            guard pairs.count == list.count else { return nil }
            parameters = Parameters(pairs: pairs)
        } else {
            parameters = nil
        }
        progress = InteractionProgress()
        progress.session = json["s"]?.string.map(SessionID.init(rawValue:))
        progress.account = json["a"]?.string.map(AccountID.init(rawValue:))
        progress.loggedInAt = json["l"]?.int.map(Timestamp.init(milliseconds:))
        progress.consentedAt = json["c"]?.int.map(Timestamp.init(milliseconds:))
        progress.wantsOtherAccount = json["o"]?.bool ?? false
    }
}
