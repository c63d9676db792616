import Foundation
package import OpenIDTypes
package import SQLStore

/// Reads accounts from JSON lines or one JSON array. Each record is imported whole or not at all, and each that is not is
/// named by its line.
package struct AccountImport: Sendable {
    /// Why one record was not imported.
    package struct Problem: Sendable, Hashable, CustomStringConvertible {
        package let line: Int
        package let message: String
        package var description: String { "line \(line): \(message)" }
    }

    /// What came of the whole.
    package struct Report: Sendable, Hashable {
        package var imported = 0
        package var problems: [Problem] = []

        package init() {}
    }

    /// One record understood, its password already hashed.
    struct Candidate: Sendable {
        let line: Int
        let username: Username
        let claims: JSONObject
        let hash: String?
        let isDisabled: Bool
    }

    /// Records per transaction: a commit each would be the disk's sync rate, and one for all would block the server's
    /// writes for as long as the import takes.
    static let batch = 200

    private let database: Database
    private let hasher: PasswordHasher
    private let clock: any WallClock

    package init(database: Database, hasher: PasswordHasher, clock: any WallClock) {
        self.database = database
        self.hasher = hasher
        self.clock = clock
    }

    /// Imports everything in `bytes`. `progress` is told after each batch how many records of how many are done.
    package func run(
        _ bytes: [UInt8], actor: String, progress: @Sendable (_ done: Int, _ of: Int) -> Void
    ) async throws -> Report {
        let records = try AccountImportRecord.split(bytes)
        var report = Report()
        var start = 0
        while start < records.count {
            let end = min(start + Self.batch, records.count)
            var candidates: [Candidate] = []
            for record in records[start..<end] {
                do {
                    candidates.append(try await candidate(record))
                } catch let refusal as AdministrationRefusal {
                    report.problems.append(Problem(line: record.line, message: refusal.description))
                }
            }
            let taken = try await insert(candidates, actor: actor)
            report.imported += candidates.count - taken.count
            report.problems += taken.map {
                Problem(line: $0.line, message: "The username \"\($0.username.text)\" is taken.")
            }
            start = end
            progress(end, records.count)
        }
        report.problems.sort { $0.line < $1.line }
        return report
    }

    private func candidate(_ record: AccountImportRecord) async throws -> Candidate {
        let fields = try record.fields()
        let username = try AccountAdministration.username(fields.username)
        let problems = StandardClaims.problems(of: fields.claims)
        if !problems.isEmpty { throw AdministrationRefusal(problems.joined(separator: "; ") + ".") }
        var hash = fields.passwordHash
        if let given = hash, PasswordRecord(given) == nil {
            throw AdministrationRefusal("password_hash must be an Argon2id hash in PHC form with bearable costs.")
        }
        if let password = fields.password {
            do {
                hash = try await hasher.hash(password)
            } catch PasswordHasher.Failure.unusablePassword {
                throw AdministrationRefusal("A password has 1 to \(PasswordHasher.maximumBytes) bytes.")
            }
        }
        return Candidate(
            line: record.line, username: username, claims: fields.claims, hash: hash, isDisabled: fields.isDisabled
        )
    }

    /// One transaction; returns those whose username is taken.
    private func insert(_ candidates: [Candidate], actor: String) async throws -> [Candidate] {
        guard !candidates.isEmpty else { return [] }
        let now = clock.now
        return try await database.write { db in
            var taken: [Candidate] = []
            for candidate in candidates {
                let id = try AccountAdministration.insert(
                    candidate.username, claims: candidate.claims, hash: candidate.hash, in: db, now: now
                )
                guard let id else {
                    taken.append(candidate)
                    continue
                }
                if candidate.isDisabled {
                    try db.execute("UPDATE accounts SET status = 'disabled' WHERE account_id = \(id)")
                }
                try AuditTrail.record(actor: actor, action: "account.imported", object: id.rawValue, in: db, now: now)
            }
            return taken
        }
    }
}
