package import OpenIDTypes

/// What the end-session endpoint knows when it decides.
package struct EndSessionFacts: Sendable {
    /// A living session of the browser that asks.
    package struct BrowserSession: Sendable, Hashable {
        package let id: SessionID
        package let username: String
        /// How pages name the person.
        package let displayName: String

        package init(id: SessionID, username: String, displayName: String? = nil) {
            self.id = id
            self.username = username
            self.displayName = displayName ?? username
        }
    }

    /// What an `id_token_hint` turned out to be.
    package enum Hint: Sendable, Hashable {
        case absent
        /// Not an ID token of ours, or one for a client that is gone.
        case invalid
        /// Ours, but nothing is known of its session any more: neither current nor recent (§2).
        case unknownSession(ClientID)
        /// Ours; its session has ended.
        case ended(ClientID)
        /// Ours; its session lives, and it is this one of the browser's. `sub` and `sid` both fit.
        case current(ClientID, SessionID)
        /// Ours; its session lives in another browser.
        case elsewhere(ClientID)

        package var clientID: ClientID? {
            switch self {
            case .absent, .invalid: nil
            case .unknownSession(let id), .ended(let id), .current(let id, _), .elsewhere(let id): id
            }
        }
    }

    /// The client that the request names, by `client_id` or through its hint.
    package struct NamedClient: Sendable, Hashable {
        package let id: ClientID
        package let postLogoutRedirectURIs: [String]
        package let endsWholeBrowser: Bool

        package init(id: ClientID, postLogoutRedirectURIs: [String], endsWholeBrowser: Bool) {
            self.id = id
            self.postLogoutRedirectURIs = postLogoutRedirectURIs
            self.endsWholeBrowser = endsWholeBrowser
        }
    }

    package var browser: [BrowserSession]
    package var hint: Hint
    package var client: NamedClient?

    package init(browser: [BrowserSession], hint: Hint, client: NamedClient?) {
        self.browser = browser
        self.hint = hint
        self.client = client
    }
}

/// What is to be done with a logout request.
package enum EndSessionDecision: Sendable, Hashable {
    /// Proven by the hint: end these now, without asking.
    case end([SessionID], PostLogoutRedirect?)
    /// Ask first, naming what will end (§2, §6).
    case confirm([SessionID], PostLogoutRedirect?)
    /// Nobody is signed in here: not an error (§4).
    case nothingToEnd(PostLogoutRedirect?)
    /// The hint's session lives on in another browser, so "signed out" would be a lie: no redirect.
    case openElsewhere
}

/// RP-Initiated Logout §2 to §4, as one pure function.
package enum EndSessionRules {
    package static func decide(_ request: EndSessionRequest, _ facts: EndSessionFacts) -> EndSessionDecision {
        // A hint for another client than `client_id` proves nothing and confirms no address (§2, A-06).
        let mismatch = request.clientID.map { named in facts.hint.clientID.map { $0 != named } ?? false } ?? false
        let hint = mismatch ? .invalid : facts.hint
        let target = redirect(request, hint, facts.client)
        guard !facts.browser.isEmpty else { return withoutSession(hint, target) }
        if case .current(_, let session) = hint {
            let others = facts.browser.contains { $0.id != session }
            // A wider scope than the proof always asks while another account is signed in.
            if others, facts.client?.endsWholeBrowser == true { return .confirm(facts.browser.map(\.id), target) }
            return .end([session], target)
        }
        return .confirm(chosen(request, facts), target)
    }

    /// No session in this browser. Only a usable hint makes a redirect automatic (§3, A-13, A-27).
    private static func withoutSession(
        _ hint: EndSessionFacts.Hint,
        _ target: PostLogoutRedirect?
    ) -> EndSessionDecision {
        switch hint {
        case .elsewhere: .openElsewhere
        case .ended, .current: .nothingToEnd(target)
        case .absent, .invalid, .unknownSession: .nothingToEnd(nil)
        }
    }

    /// The address, if a usable hint or (after the person's yes) the named client vouches for it (§3).
    private static func redirect(
        _ request: EndSessionRequest,
        _ hint: EndSessionFacts.Hint,
        _ client: EndSessionFacts.NamedClient?
    ) -> PostLogoutRedirect? {
        guard let client else { return nil }
        switch hint {
        case .invalid, .elsewhere, .unknownSession: return nil
        case .absent: guard request.clientID == client.id else { return nil }
        case .ended(let id), .current(let id, _): guard id == client.id else { return nil }
        }
        return PostLogoutRedirect(
            requested: request.postLogoutRedirectURI,
            state: request.state,
            clientID: client.id,
            registered: client.postLogoutRedirectURIs
        )
    }

    /// Which sessions the confirmation names: the one that `logout_hint` picks, or all of the browser's.
    private static func chosen(_ request: EndSessionRequest, _ facts: EndSessionFacts) -> [SessionID] {
        if let hint = request.logoutHint {
            let named = facts.browser.filter { $0.username.lowercased() == hint.lowercased() }
            if !named.isEmpty { return named.map(\.id) }
        }
        return facts.browser.map(\.id)
    }
}

/// Whether the browser is sent on by itself after a logout, or sees the receipt first.
package enum ReceiptRules {
    package static func showsReceipt(
        policy: ReceiptPolicy,
        initiator: ClientID?,
        applications: [LogoutReceipt.Application]
    ) -> Bool {
        switch policy {
        case .always: true
        case .never: false
        case .onFailure:
            applications.contains { application in
                switch application.state {
                case .confirmed: false
                // The application that sent the browser here has signed itself out.
                case .noLogoutAddress: application.clientID != initiator
                default: true
                }
            }
        }
    }
}
