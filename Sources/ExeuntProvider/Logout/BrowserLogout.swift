package import Hummingbird
package import OpenIDTypes
import SQLStore

/// Ends sessions for the browser that asks, and says where it goes next.
package struct BrowserLogout: Sendable {
    let parts: ProviderParts
    let binding: BrowserBinding
    let cookie: UserAgentCookie

    package init(parts: ProviderParts) {
        self.parts = parts
        binding = BrowserBinding(issuer: parts.configuration.issuer)
        cookie = UserAgentCookie(
            issuer: parts.configuration.issuer, lifetime: parts.configuration.lifetimes.sessionAbsolute)
    }

    /// Ends `sessions` in one transaction, and sends the browser to the frames, the application or the receipt.
    package func end(
        _ sessions: [SessionID],
        of browserSessions: [EndSessionFacts.BrowserSession],
        _ redirect: PostLogoutRedirect?,
        initiator: ClientID?,
        _ request: Request
    ) async throws -> Response {
        let browser = binding.ensure(request)
        let token = RandomToken.make()
        let outcome = try await parts.termination.end(
            TerminationRequest(
                scope: sessions.count == 1 ? .session(sessions[0]) : .sessions(sessions),
                cause: .endSession,
                initiator: initiator,
                browserHash: browser.hash,
                receiptHash: RandomToken.hash(token),
                continuation: redirect?.json,
                actor: "browser"
            )
        )
        var cookies = browser.setCookie.map { [$0] } ?? []
        // Another account of this browser keeps its session, and so the browser its cookie.
        if browserSessions.allSatisfy({ sessions.contains($0.id) }) { cookies.append(cookie.expire()) }
        // Somebody else won the gate: this session is over, and its applications are being told.
        guard let logout = outcome.logoutID else { return nothingToEnd(redirect, cookies: cookies) }
        if outcome.awaitsBrowser {
            parts.dispatcher.nudge()
            let address = parts.configuration.issuer.url("/oidc/logout/frames/\(token)")
            return Answer.seeOther(address, setCookies: cookies)
        }
        await parts.dispatcher.firstAttempts(
            of: logout, expected: outcome.backChannel, within: parts.configuration.delivery.browserWait
        )
        FaultPoint.reached(.browserWaitDone)
        let next = try await next(after: logout, token: token)
        return Answer.seeOther(next, setCookies: cookies)
    }

    /// Where the browser goes once everybody had a first attempt: on, or to the receipt.
    package func next(after logout: LogoutID, token: String) async throws -> String {
        let now = parts.clock.now
        return try await parts.database.read { [parts] db in
            let receiptAddress = parts.configuration.issuer.url("/oidc/logout/receipt/\(token)")
            guard let receipt = try parts.receipts.load(logout, in: db, now: now),
                let redirect = receipt.continuation.flatMap(PostLogoutRedirect.init(trusted:)),
                let client = try parts.clients.find(redirect.clientID, in: db)
            else { return receiptAddress }
            let shows = ReceiptRules.showsReceipt(
                policy: client.metadata.receipt,
                initiator: redirect.clientID,
                applications: receipt.applications
            )
            return shows ? receiptAddress : redirect.location
        }
    }

    /// Not an error (RP-Initiated Logout §4): the request is idempotent.
    package func nothingToEnd(_ redirect: PostLogoutRedirect?, cookies: [String] = []) -> Response {
        if let redirect { return Answer.seeOther(redirect.location, setCookies: cookies) }
        var page = parts.pages.render(SignedOutPage(message: .nothingToEnd))
        page.setCookies(cookies)
        return page
    }
}
