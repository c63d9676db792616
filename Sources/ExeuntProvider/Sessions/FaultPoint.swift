#if DEBUG
    import Foundation
    import Synchronization
#endif

/// Named instants at which the crash test kills the process. Release builds contain nothing of it.
///
/// `EXEUNT_CRASH_AT=<name>[:<n>]` kills by SIGKILL when the point is reached for the n-th time, as a power cut would:
/// nothing is flushed, nothing is said. `EXEUNT_FAULT=enqueue-after-commit` makes `SessionTermination` wrong on purpose, so
/// that the crash test can prove that it would notice.
package enum FaultPoint: String, CaseIterable, Sendable {
    // Inside the transaction that ends sessions.
    case logoutBegin, logoutGateWon, logoutRevoked, logoutEnqueued, logoutRecorded
    case logoutCommitted
    case dispatcherClaimed, dispatcherSigned, dispatcherSent, dispatcherSettled
    case browserWaitDone, receiptRendered
    case loginVerified, loginInTransaction, loginCommitted
    case codeInTransaction, codeCommitted
    case redeemInTransaction, redeemCommitted
    case refreshInTransaction, refreshCommitted

    @inline(__always)
    package static func reached(_ point: FaultPoint) {
        #if DEBUG
            plan?.reached(point)
        #endif
    }

    /// Whether deliveries are written after the commit, the mistake that this design exists to exclude.
    @inline(__always)
    package static var enqueuesAfterCommit: Bool {
        #if DEBUG
            enqueueAfterCommit
        #else
            false
        #endif
    }

    #if DEBUG
        private static let enqueueAfterCommit =
            ProcessInfo.processInfo.environment["EXEUNT_FAULT"] == "enqueue-after-commit"
        private static let plan = CrashPlan(ProcessInfo.processInfo.environment["EXEUNT_CRASH_AT"])

        private final class CrashPlan: Sendable {
            private let point: FaultPoint
            private let left: Atomic<Int>

            init?(_ text: String?) {
                guard let parts = text?.split(separator: ":"), let name = parts.first else { return nil }
                guard let point = FaultPoint(rawValue: String(name)) else {
                    fatalError("EXEUNT_CRASH_AT: unknown point \(name)")
                }
                self.point = point
                left = Atomic(parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
            }

            func reached(_ point: FaultPoint) {
                guard point == self.point, left.subtract(1, ordering: .relaxed).newValue == 0 else { return }
                kill(getpid(), SIGKILL)
            }
        }
    #endif
}
