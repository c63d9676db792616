/// Signing in to an application: the authorization code flow as far as the code (OpenID Connect Core §3.1.2).
///
/// 1. The request comes in, by GET or POST (§3.1.2.1): ``AuthorizationEndpoint``. A cross-site POST arrives without our
///    Lax cookies and goes round by our own site first.
/// 2. Parameters become a typed request, or a refusal (§3.1.2.2): ``AuthorizationRequest``, ``ClaimsRequest``,
///    ``AuthorizationRefusal``. Until client and redirect URI are known to belong together nothing is redirected.
/// 3. One read block loads what is known: ``AuthorizationStore`` fills ``AuthorizationFacts``.
/// 4. ``AuthorizationRules`` say what is needed (§3.1.2.3, §3.1.2.4): sign in, choose an account, consent, or nothing.
/// 5. A page's turn: the request travels sealed in an ``Interaction`` to `LoginEndpoint`, `AccountSelectionEndpoint` or
///    `ConsentEndpoint`, and each leads to `/continue`, which begins again at step 3. Nothing that a page did is
///    believed without the live session in this browser.
/// 6. One write transaction checks the session's gate and stores the code: ``AuthorizationFlow``.
/// 7. ``AuthorizationResponse`` brings code or error to the application by query or form (§3.1.2.5, §3.1.2.6), always
///    with `iss` (RFC 9207) and the `state` as it came.
package enum Authorization {}
