import HTTPTypes
import Logging
import OpenIDTypes
import OutgoingHTTP
import Synchronization

// Sending: from here a delivery comes out with an answer, or not at all.
extension LogoutDispatcher {
    /// Sends one delivery and then, in the same task, whatever comes next.
    func send(_ first: LogoutDeliveryWork) async {
        var next: LogoutDeliveryWork? = first
        while let work = next {
            let at = clock.now
            let started = ContinuousClock.now
            let answer = await attempt(work, at: at)
            next = finish(work, answer, at: at, took: ContinuousClock.now - started)
        }
    }

    /// The answer was read: here, and nowhere else, a delivery is settled; what follows only writes it down.
    private func finish(
        _ work: LogoutDeliveryWork, _ answer: LogoutDelivery.Answer?, at: Timestamp, took: Duration
    ) -> LogoutDeliveryWork? {
        let now = clock.now
        var result: LogoutDeliveryAttempt?
        if let answer {
            FaultPoint.reached(.dispatcherSent)
            var delivery = LogoutDelivery(state: .leased, attempts: work.attempts, giveUpAt: work.giveUpAt)
            let action = delivery.settle(answer, at: now, settings, chance: Double.random(in: 0...1))
            result = LogoutDeliveryAttempt(
                work: work, at: at, milliseconds: took.milliseconds, answer: answer, action: action, settledAt: now
            )
        }
        let (next, wantsMore) = state.withLock { state in
            state.aborts[work.id] = nil
            if let result { state.unsettled.append(result) }
            state.schedule.finished(work, answer, at: now)
            let isLow = state.mayHaveMore && state.schedule.queued < settings.batch / 2
            return (state.schedule.next(at: now), isLow)
        }
        answers.signal()
        if wantsMore { self.work.signal() }
        return next
    }

    /// One attempt, with a token of its own. Nil: this process is ending, and the lease will do the rest.
    private func attempt(_ work: LogoutDeliveryWork, at now: Timestamp) async -> LogoutDelivery.Answer? {
        let request: OutgoingRequest
        do {
            request = try self.request(for: work, at: now)
        } catch let refusal as OutgoingRefusal {
            return .failure("not sent: \(refusal.summary)")
        } catch {
            logger.error("a logout token cannot be made", metadata: ["delivery": "\(work.id)", "error": "\(error)"])
            return .failure("the logout token could not be signed")
        }
        FaultPoint.reached(.dispatcherSigned)
        let interruption = Interruption()
        state.withLock { $0.aborts[work.id] = interruption }
        let answer = try? await interruption.guarding { await self.exchange(request) }
        if answer == nil, interruption.isInterrupted, !Task.isCancelled {
            return .failure("no answer came in time, and others waited for the place")
        }
        return answer
    }

    private func request(for work: LogoutDeliveryWork, at now: Timestamp) throws -> OutgoingRequest {
        let url = try OutgoingURL(work.uri)
        let body = try body(for: work, at: now)
        var headers = HTTPFields()
        headers[.contentType] = "application/x-www-form-urlencoded"
        headers[.userAgent] = "Exeunt"
        // The application may have spent the first `jti` before it closed a kept connection.
        return OutgoingRequest(
            method: .post, url: url, headers: headers, body: body,
            renewedBody: { (try? self.body(for: work, at: self.clock.now)) ?? body }
        )
    }

    private func body(for work: LogoutDeliveryWork, at now: Timestamp) throws -> [UInt8] {
        guard let signer = state.withLock({ $0.signers[work.algorithm] }) else { throw SigningKeyMissing() }
        let token = try LogoutToken.make(
            for: work, issuer: issuer.text, lifetime: settings.tokenLifetime, signer: signer, now: now
        )
        return Array("logout_token=\(token)".utf8)
    }

    private struct SigningKeyMissing: Error {}

    private func exchange(_ request: OutgoingRequest) async -> LogoutDelivery.Answer? {
        do {
            let limits = OutgoingLimits(
                deadline: settings.attemptDeadline, connectTimeout: min(.seconds(5), settings.attemptDeadline),
                maximumBody: 4096
            )
            let response = try await outgoing.send(request, limits: limits)
            return .status(
                response.status,
                retryAfter: RetryAfter.parse(response.headers[.retryAfter], at: clock.now),
                error: response.status == 400 ? LogoutErrorBody.code(in: response.body) : nil
            )
        } catch .cancelled {
            return nil
        } catch .shutDown {
            return nil
        } catch {
            return .failure(error.summary)
        }
    }

    /// Makes room where hanging attempts stand before others.
    func breakOffOverdue() {
        let aborts = state.withLock { state in
            state.schedule.overdue(at: clock.now).compactMap { state.aborts[$0] }
        }
        for abort in aborts { abort.interrupt() }
    }
}
