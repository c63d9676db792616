import ExeuntProvider
import OpenIDTypes

/// A logout on a terminal: the receipt, as plainly as on the page.
enum LogoutText {
    static func text(_ report: LogoutReport) -> String {
        guard let record = report.record else { return "Nothing was signed in; nothing had to be ended." }
        var lines = ["Logout \(record.id) at \(record.createdAt.iso8601)", "cause     \(record.cause.rawValue)"]
        lines.append("scope     \(record.scope.name) \(record.scope.value)")
        if let name = report.receipt?.accountName { lines.append("account   \(TextTable.printable(name))") }
        lines.append("sessions  \(record.sessions)\(record.isUnfinished ? ", more to come" : "")")
        if let reason = record.reason { lines.append("reason    \(TextTable.printable(reason))") }
        lines.append("")
        lines.append(applications(report))
        if report.queued > 0 { lines.append(queued(report)) }
        return lines.joined(separator: "\n")
    }

    /// What follows a change that ended sessions by the way.
    static func deliveries(_ report: LogoutReport) -> String {
        guard !report.deliveries.isEmpty else { return "No application had to be told." }
        if report.queued > 0 { return queued(report) }
        return "\(report.deliveries.count) to be told; see \"exeunt logouts show \(report.record?.id.rawValue ?? "")\"."
    }

    private static func queued(_ report: LogoutReport) -> String {
        "\(report.queued) queued: no server runs on this database; they go out when one is started."
    }

    private static func applications(_ report: LogoutReport) -> String {
        var table = TextTable("APPLICATION", "STATE", "ATTEMPTS", "LAST ERROR")
        for application in report.receipt?.applications ?? [] {
            var state = words(application.state, isServed: report.isServed)
            if application.keepsOffline { state += ", keeps offline access" }
            if let until = application.tokenValidUntil { state += ", its access token is valid until \(until.iso8601)" }
            table.add(application.name, state, String(application.attempts), application.lastError ?? "")
        }
        return table.text(empty: "No application was signed in.")
    }

    private static func words(_ state: ReceiptState, isServed: Bool) -> String {
        switch state {
        case .confirmed: "confirmed by its server"
        case .askedThroughBrowser: "asked through the browser, cannot be confirmed"
        case .notAskedNoBrowser: "not asked: no browser"
        case .pending: isServed ? "pending" : "queued"
        case .refused: "refused"
        case .abandoned: "abandoned"
        case .noLogoutAddress: "has no logout address"
        case .switchedOff: "did not want to be told"
        }
    }
}
