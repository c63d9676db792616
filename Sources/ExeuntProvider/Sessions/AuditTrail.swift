package import OpenIDTypes
package import SQLStore

/// What was done, by whom and when, for the operator. Written in the transaction of the deed itself.
package enum AuditTrail {
    /// - Parameters:
    ///   - actor: `browser`, `expiry`, `operator:<name>` …
    ///   - action: `session.ended`, `account.disabled` …
    ///   - object: the key of what it was done to.
    ///   - detail: never a token, a secret or a password.
    package static func record(
        actor: String,
        action: String,
        object: String,
        detail: JSONObject = [:],
        in db: any SQLWriter,
        now: Timestamp
    ) throws {
        try db.execute(
            """
            INSERT INTO audit (at, actor, action, object, detail) \
            VALUES (\(now), \(actor), \(action), \(object), \(JSONValue.object(detail).serialized()))
            """
        )
    }
}
