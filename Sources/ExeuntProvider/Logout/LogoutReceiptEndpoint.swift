package import Hummingbird
import OpenIDTypes
import SQLStore

/// What the browser sees after the sessions have ended: the frames, then the application or the receipt.
///
/// All three addresses carry an unguessable token, and answer only the browser that signed out.
package struct LogoutReceiptEndpoint: Endpoint {
    let parts: ProviderParts
    let ending: BrowserLogout
    let binding: BrowserBinding

    package init(parts: ProviderParts) {
        self.parts = parts
        ending = BrowserLogout(parts: parts)
        binding = BrowserBinding(issuer: parts.configuration.issuer)
    }

    package func mount(on router: Router<ProviderContext>) {
        router.get("oidc/logout/frames/{token}") { request, context in
            try await frames(token: context.parameters.require("token"), request)
        }
        router.get("oidc/logout/continue/{token}") { request, context in
            try await proceed(token: context.parameters.require("token"), request)
        }
        router.get("oidc/logout/receipt/{token}") { request, context in
            try await receipt(token: context.parameters.require("token"), request)
        }
    }

    /// One page, one frame per application, all at once (Front-Channel Logout §3).
    private func frames(token: String, _ request: Request) async throws -> Response {
        let receipt = try await load(token, request)
        let now = parts.clock.now
        let frames = try await parts.database.write { [parts] db in
            try parts.deliveries.takeFrames(of: receipt.logoutID, in: db, now: now)
        }
        if frames.isEmpty { return Answer.seeOther(continuing(token)) }
        let issuer = parts.configuration.issuer.text
        let page = FrontChannelPage(
            frames: frames.map { frame in
                .init(
                    clientName: frame.clientName,
                    uri: FrontChannelLogout.address(of: frame.uri, issuer: issuer, sid: frame.sid)
                )
            },
            continueURL: continuing(token),
            waitSeconds: Int(parts.configuration.delivery.browserWait.components.seconds)
        )
        return parts.pages.render(page)
    }

    /// Front- and back-channel share the two seconds; then the browser goes on (A-54, RPI-OP-15).
    private func proceed(token: String, _ request: Request) async throws -> Response {
        let receipt = try await load(token, request)
        let left = parts.configuration.delivery.browserWait - (parts.clock.now - receipt.startedAt)
        if left > .zero { await parts.dispatcher.firstAttempts(of: receipt.logoutID, within: left) }
        return Answer.seeOther(try await ending.next(after: receipt.logoutID, token: token))
    }

    private func receipt(token: String, _ request: Request) async throws -> Response {
        let receipt = try await load(token, request)
        FaultPoint.reached(.receiptRendered)
        let redirect = receipt.continuation.flatMap(PostLogoutRedirect.init(trusted:))
        let name = try await parts.database.read { [parts] db in
            try redirect.flatMap { try parts.clients.find($0.clientID, in: db)?.name }
        }
        let page = ReceiptPage(
            receipt: receipt,
            continueURL: redirect?.location,
            continueName: name,
            now: parts.clock.now,
            horizon: parts.configuration.delivery.horizon
        )
        return parts.pages.render(page)
    }

    private func continuing(_ token: String) -> String {
        parts.configuration.issuer.url("/oidc/logout/continue/\(token)")
    }

    private func load(_ token: String, _ request: Request) async throws -> LogoutReceipt {
        let now = parts.clock.now
        let life = parts.configuration.lifetimes.receiptForBrowser
        guard let browser = binding.read(request) else { throw EndSessionRefusal.receiptUnknown }
        let found = try await parts.database.read { [receipts = parts.receipts] db in
            try receipts.load(token: token, browserHash: browser, in: db, now: now)
        }
        guard let found, now - found.startedAt < life else { throw EndSessionRefusal.receiptUnknown }
        return found
    }
}
