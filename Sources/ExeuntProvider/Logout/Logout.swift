/// # What happens at logout
///
/// This folder answers one question: *how does everybody hear that a person has signed out?*
/// `OIDC` below is RP-Initiated Logout 1.0, `BC` Back-Channel Logout 1.0, `FC` Front-Channel Logout 1.0.
///
/// 1. A browser comes to ``EndSessionEndpoint`` by GET or POST (OIDC §2). A POST from another site arrives
///    without its Lax cookie, and is first sent round through our own site.
/// 2. ``EndSessionRequest`` reads the parameters; ``EndSessionFactsStore`` loads, in one read, the browser's
///    sessions, what the hint proves and the named client.
/// 3. ``EndSessionRules`` decides: end, ask first, nothing to end, or "still open elsewhere" (OIDC §2 to §4).
///    ``PostLogoutRedirect`` is the only place that believes an address (OIDC §3).
/// 4. ``SessionTermination`` ends the sessions in one transaction: gate, revoke, enqueue, record. Every other
///    ending (the operator's, expiry, a password change …) enters here and shares the rest.
/// 5. ``LogoutDispatcher`` tells the applications by their servers (BC §2.5), each ``LogoutDelivery`` until it
///    is settled, with a fresh ``LogoutToken`` (BC §2.4) per attempt.
/// 6. ``FrontChannelLogout`` shows one page with a frame per application that wants to be told by the browser
///    (FC §3), for at most two seconds.
/// 7. ``LogoutReceiptEndpoint`` sends the browser on, or shows the ``LogoutReceipt``: who has heard, and who
///    may still be open.
package enum LogoutStory {}
