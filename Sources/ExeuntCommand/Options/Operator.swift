import Foundation

/// Who runs the command, for the audit trail.
enum Operator {
    static var actor: String {
        let name = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) }
        return "operator:" + (name ?? String(geteuid()))
    }
}
