package import OpenIDTypes

/// What must happen next for an authorization request.
package enum AuthorizationStep: Sendable, Hashable {
    /// The person signs in; `again` names the session of somebody who is signed in and must prove it once more.
    case login(again: SessionID?)
    case selectAccount
    case consent(SessionID)
    case issueCode(SessionID)
}

/// Decides what an authorization request needs (OpenID Connect Core §3.1.2.3 to §3.1.2.6). Pure.
package enum AuthorizationRules {
    /// - Throws: the refusal to tell the application; with `prompt=none` whenever a page would be needed (CO-1).
    package static func decide(
        _ request: AuthorizationRequest, _ facts: AuthorizationFacts, now: Timestamp
    ) throws(AuthorizationRefusal) -> AuthorizationStep {
        // CO-10: no authentication context class is offered, so that an essential one cannot be met by any page.
        if request.claims?.requiresAuthenticationClass == true { throw .authenticationClassUnmet }
        let step = try step(request, facts, now: now)
        guard request.isSilent else { return step }
        switch step {
        case .login: throw .loginRequired
        case .selectAccount: throw .accountSelectionRequired
        case .consent: throw .consentRequired
        case .issueCode: return step
        }
    }

    private static func step(
        _ request: AuthorizationRequest, _ facts: AuthorizationFacts, now: Timestamp
    ) throws(AuthorizationRefusal) -> AuthorizationStep {
        let wanted = try wantedSubjects(request, facts)
        let candidate: AuthorizationFacts.Candidate
        switch choose(request, facts, wanted: wanted) {
        case .step(let step): return step
        case .candidate(let chosen): candidate = chosen
        }
        // CO-9: never an answer about somebody else than the person asked for.
        if let wanted, !wanted.contains(candidate.subject) { throw .otherAccount }
        if facts.progress.loggedInAt == nil, needsLogin(request, candidate, now: now) {
            return .login(again: candidate.session)
        }
        if needsConsent(request, facts, candidate) { return .consent(candidate.session) }
        return .issueCode(candidate.session)
    }

    /// Whom the request is about, by hint or by a `sub` value; nil if it may be anybody.
    private static func wantedSubjects(
        _ request: AuthorizationRequest, _ facts: AuthorizationFacts
    ) throws(AuthorizationRefusal) -> Set<Subject>? {
        let named = request.claims?.subjects
        switch facts.hint {
        case .absent: return named
        case .invalid: throw .hintInvalid
        case .subject(let subject): return named.map { $0.intersection([subject]) } ?? [subject]
        }
    }

    private enum Choice {
        case candidate(AuthorizationFacts.Candidate)
        case step(AuthorizationStep)
    }

    private static func choose(
        _ request: AuthorizationRequest, _ facts: AuthorizationFacts, wanted: Set<Subject>?
    ) -> Choice {
        if let session = facts.progress.session {
            // the session ended meanwhile, left this browser or is another account's. It is not brought
            // back, and no other account takes its place unasked.
            let still = facts.candidates.first { $0.session == session && $0.account == facts.progress.account }
            return still.map(Choice.candidate) ?? .step(.login(again: nil))
        }
        if facts.candidates.isEmpty || facts.progress.wantsOtherAccount { return .step(.login(again: nil)) }
        if request.prompts.contains(.selectAccount) { return .step(.selectAccount) }
        if let wanted {
            let match = facts.candidates.first { wanted.contains($0.subject) }
            return match.map(Choice.candidate) ?? .step(.login(again: nil))
        }
        let hinted = facts.candidates.filter(\.isNamedByLoginHint)
        if hinted.count == 1 { return .candidate(hinted[0]) }
        return unasked(facts).map(Choice.candidate) ?? .step(.selectAccount)
    }

    /// The account that the client gets without anybody having named one; nil if only the person can say.
    ///
    /// An account that the client was using before another one ended is never offered in its place: a person who has
    /// logged out must not find themselves signed in as somebody else (architecture §1).
    private static func unasked(_ facts: AuthorizationFacts) -> AuthorizationFacts.Candidate? {
        let safe = facts.candidates.filter { candidate in
            !facts.departures.contains { departure in
                departure.account != candidate.account
                    && candidate.joinedAt.map { departure.endedAt >= $0 } ?? true
            }
        }
        let joined = facts.candidates.filter { $0.joinedAt != nil }
        if joined.count == 1 { return safe.first { $0 == joined[0] } }
        return facts.candidates.count == 1 ? safe.first : nil
    }

    private static func needsLogin(
        _ request: AuthorizationRequest, _ candidate: AuthorizationFacts.Candidate, now: Timestamp
    ) -> Bool {
        if request.forcesLogin { return true }
        // CO-6: since the person proved who they are, never since they were last seen, and counted from the
        // whole second that `auth_time` will say, as the application counts.
        guard let maxAge = request.maxAge else { return false }
        return now - Timestamp(seconds: candidate.authTime.seconds) > .seconds(maxAge)
    }

    private static func needsConsent(
        _ request: AuthorizationRequest, _ facts: AuthorizationFacts, _ candidate: AuthorizationFacts.Candidate
    ) -> Bool {
        if facts.progress.consentedAt != nil { return false }
        if request.prompts.contains(.consent) { return true }
        switch facts.consentPolicy {
        case .never: return false
        case .first:
            guard let before = facts.consented[candidate.account] else { return true }
            return !before.isSuperset(of: request.consentScope)
        case .always: return true
        }
    }
}
