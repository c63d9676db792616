package import OpenIDTypes

/// How long somebody has to wait after wrong passwords. Pure: failures and moments in, durations out.
package enum LoginThrottleRules {
    /// What failures are counted against.
    package enum Bucket: Sendable, Hashable, CaseIterable {
        /// One account, from browsers that have never signed in to it.
        case account
        /// One network address, whatever the usernames.
        case address
        /// One account from one browser that has signed in to it before. Its own bucket is the reason why an attacker who
        /// hammers on an account cannot keep its owner out.
        case knownBrowser

        /// Failures that cost nothing: people mistype, and many people share one address.
        var free: Int64 {
            switch self {
            case .account, .knownBrowser: 5
            case .address: 30
            }
        }

        /// The wait never grows beyond this: a longer one would be a lock, and a lock is a weapon against the owner.
        var longest: Duration {
            switch self {
            case .account, .knownBrowser: .seconds(60)
            case .address: .seconds(900)
            }
        }
    }

    /// After so long without a failure all is forgotten.
    package static let memory: Duration = .seconds(86_400)

    /// The pause that must follow the last of `failures`: nothing at first, then one second, doubling.
    package static func pause(after failures: Int64, in bucket: Bucket) -> Duration {
        guard failures > bucket.free else { return .zero }
        // 2^10 seconds is beyond every bucket's longest pause.
        let doublings = min(failures - bucket.free - 1, 10)
        return min(.seconds(Int64(1) << doublings), bucket.longest)
    }

    /// How long until the next attempt is allowed; zero if it is now.
    package static func wait(failures: Int64, last: Timestamp, in bucket: Bucket, now: Timestamp) -> Duration {
        // A clock that was set back must not prolong the wait.
        guard last <= now else { return .zero }
        let remaining = (last + pause(after: failures, in: bucket)) - now
        return max(remaining, .zero)
    }
}
