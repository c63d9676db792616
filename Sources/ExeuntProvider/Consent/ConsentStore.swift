package import OpenIDTypes
package import SQLStore

/// What people allowed which application: one row per account and client, the scopes added up.
package struct ConsentStore: Sendable {
    package init() {}

    /// The scopes that the person allowed this client so far; nil if never asked.
    package func scopes(of account: AccountID, client: ClientID, in db: any SQLReader) throws -> Set<String>? {
        try db.row("SELECT scope FROM consents WHERE account_id = \(account) AND client_id = \(client)")
            .map { row in Set(try row.value("scope", as: String.self).split(separator: " ").map(String.init)) }
    }

    /// Adds to what was allowed before: consenting to less in one request withdraws nothing.
    package func allow(
        _ scope: [String], account: AccountID, client: ClientID, in db: any SQLWriter, now: Timestamp
    ) throws {
        let all = try scopes(of: account, client: client, in: db) ?? []
        let text = all.union(scope).sorted().joined(separator: " ")
        try db.execute(
            """
            INSERT INTO consents (account_id, client_id, scope, granted_at) \
            VALUES (\(account), \(client), \(text), \(now)) \
            ON CONFLICT (account_id, client_id) DO UPDATE SET scope = excluded.scope, granted_at = excluded.granted_at
            """
        )
    }
}
