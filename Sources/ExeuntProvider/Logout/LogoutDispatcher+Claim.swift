import Logging
import OpenIDTypes
import SQLStore
import Synchronization

// Claiming: the only way in which work comes to this process.
extension LogoutDispatcher {
    /// As `claimDue`, for the loop: a database that is away is tried again later.
    func claim() async -> Int {
        do {
            let claimed = try await claimDue()
            try await putBack()
            return claimed
        } catch {
            logger.error("logout deliveries cannot be claimed", metadata: ["error": "\(error)"])
            state.withLock { $0.mayHaveMore = false }
            return 0
        }
    }

    /// Claims what is due, and what single applications need; returns how many deliveries.
    func claimDue() async throws -> Int {
        let now = clock.now
        let (isNudged, room, pulls) = state.withLock { state in
            defer { state.isNudged = false }
            let held = state.schedule.queued + state.schedule.running + state.unsettled.count
            return (state.isNudged, 4 * settings.batch - held, state.schedule.pulls(at: now))
        }
        let limit = min(settings.batch, room)
        let store = store
        // Looking takes no lock, claiming does.
        let looks = isNudged ? true : try await database.read { db in try store.hasDue(in: db, now: now) }
        guard limit > 0, looks || !pulls.isEmpty else {
            state.withLock { $0.mayHaveMore = false }
            return 0
        }
        let claim = try await claim(looks ? limit : 0, pulls, now)
        if claim.works.isEmpty, claim.pulled.allSatisfy({ $0.1.isEmpty }) {
            settlePulls(claim)
            return 0
        }
        FaultPoint.reached(.dispatcherClaimed)
        return admit(claim, limit: limit, now)
    }

    private struct Claim: Sendable {
        var works: [LogoutDeliveryWork] = []
        var pulled: [(LogoutDispatcherSchedule.Pull, [LogoutDeliveryWork])] = []
        var signers: [SigningAlgorithm: SigningKey] = [:]
    }

    /// One transaction, with the keys that this batch needs: a rotation between two batches is seen.
    private func claim(
        _ limit: Int, _ pulls: [LogoutDispatcherSchedule.Pull], _ now: Timestamp
    ) async throws -> Claim {
        let (store, keys, owner, until) = (store, keys, node.id, now + Self.lease)
        return try await database.write { db in
            var claim = Claim()
            for pull in pulls {
                let found = try store.claim(
                    client: pull.client, onlyFresh: pull.onlyFresh, limit: pull.limit, owner: owner, until: until,
                    in: db
                )
                claim.pulled.append((pull, found))
            }
            if limit > 0 { claim.works = try store.claim(limit: limit, owner: owner, until: until, in: db, now: now) }
            let all = claim.works + claim.pulled.flatMap(\.1)
            for algorithm in Set(all.map(\.algorithm)) {
                claim.signers[algorithm] = try keys.signer(algorithm, in: db, now: now)
            }
            return claim
        }
    }

    private func admit(_ claim: Claim, limit: Int, _ now: Timestamp) -> Int {
        let all = claim.pulled.flatMap(\.1) + claim.works
        state.withLock { state in
            state.signers.merge(claim.signers) { _, new in new }
            state.mayHaveMore = claim.works.count == limit
            for work in all { _ = state.schedule.admit(work, at: now, chance: Double.random(in: 0...1)) }
        }
        settlePulls(claim)
        return all.count
    }

    private func settlePulls(_ claim: Claim) {
        state.withLock { state in
            if claim.works.isEmpty { state.mayHaveMore = false }
            for (pull, found) in claim.pulled { state.schedule.pulled(pull, found: found.count) }
        }
    }

    /// Writes back what was claimed and is not to be tried now.
    func putBack() async throws {
        let back = state.withLock { $0.schedule.takePutBacks() }
        guard !back.isEmpty else { return }
        let (store, owner, now) = (store, node.id, clock.now)
        try await database.write { db in
            try store.postpone(back.postponed, owner: owner, in: db)
            try store.abandon(back.abandoned, owner: owner, in: db, now: now)
        }
        // Nobody waits for a first attempt at an application that is known to be down.
        release(back.postponed.filter { $0.reason != nil }.map { ($0.work.logout, $0.work.id) })
        for work in back.abandoned { warnAbandoned(work, "the application has not answered for too long") }
    }

    func warnAbandoned(_ work: LogoutDeliveryWork, _ reason: String) {
        logger.warning(
            "an application was not told of a logout; given up",
            metadata: [
                "delivery": "\(work.id)", "client": "\(work.client)", "logout": "\(work.logout)", "reason": "\(reason)",
            ]
        )
    }
}
