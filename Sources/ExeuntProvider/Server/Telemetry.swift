import Metrics

/// Everything that is counted and timed, by the names that an operator's dashboards use. Labels have few values:
/// never an account, an application's answer or an address.
package enum Telemetry {
    /// A request was answered. `route` is the route's pattern, `-` where there was none.
    package static func request(route: String, method: String, status: Int, took: Duration) {
        let labels = [("route", route), ("status", String(status))]
        Counter(label: "exeunt_requests_total", dimensions: labels).increment()
        Timer(label: "exeunt_request_seconds", dimensions: [("route", route)]).recordNanoseconds(took.nanoseconds)
    }

    /// Sessions were ended. Counted after the commit.
    package static func logout(cause: String, sessions: Int) {
        Counter(label: "exeunt_logouts_total", dimensions: [("cause", cause)]).increment()
        Counter(label: "exeunt_sessions_ended_total", dimensions: [("cause", cause)]).increment(by: sessions)
    }

    /// An application was tried. `outcome` is a state of the delivery: confirmed, retry, refused, abandoned.
    package static func delivery(outcome: String, took: Duration) {
        Counter(label: "exeunt_deliveries_total", dimensions: [("outcome", outcome)]).increment()
        Timer(label: "exeunt_delivery_seconds", dimensions: [("outcome", outcome)]).recordNanoseconds(took.nanoseconds)
    }

    /// A login was tried: right, wrong, throttled or overloaded.
    package static func login(outcome: String) {
        Counter(label: "exeunt_logins_total", dimensions: [("outcome", outcome)]).increment()
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ attoseconds / 1_000_000_000
    }
}
