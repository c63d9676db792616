import SQLStore
import Testing

@Suite("Database addresses")
struct DatabaseLocationTests {
    @Test(
        "what is understood",
        arguments: [
            ("sqlite::memory:", DatabaseLocation.memory, "sqlite::memory:"),
            ("sqlite:exeunt.sqlite", .sqlite(path: "exeunt.sqlite"), "sqlite:exeunt.sqlite"),
            ("sqlite:/var/lib/x.db", .sqlite(path: "/var/lib/x.db"), "sqlite:/var/lib/x.db"),
            (
                "postgres://me:s3cret@db.example:5433/main?sslmode=require",
                .postgres(url: "postgres://me:s3cret@db.example:5433/main?sslmode=require"),
                "postgres://me@db.example:5433/main"
            ),
            (
                "postgresql://db.example/main", .postgres(url: "postgresql://db.example/main"),
                "postgres://db.example/main"
            ),
        ])
    func understood(_ text: String, _ location: DatabaseLocation, _ redacted: String) throws {
        let found = try DatabaseLocation(text)
        #expect(found == location)
        #expect(found.redactedDescription == redacted)
    }

    @Test(
        "what is not, and no password in the message",
        arguments: [
            "", "sqlite:", "sqlite:folder/", "mysql://me:s3cret@h/d", "postgres://me:s3cret@[h/d", "me:s3cret@h",
        ])
    func refused(_ text: String) {
        do {
            _ = try DatabaseLocation(text)
            Issue.record("understood")
        } catch {
            guard case .badLocation? = error as? SQLError else {
                Issue.record("another error: \(error)")
                return
            }
            #expect(!"\(error)".contains("s3cret"))
        }
    }

    @Test("a server that cannot be reached is named without the password")
    func unreachable() async throws {
        let location = try DatabaseLocation("postgres://me:s3cret@127.0.0.1:1/main")
        do {
            _ = try await Database.open(location, logger: TestPlace.logger)
            Issue.record("opened")
        } catch {
            guard case .unavailable(let reason)? = error as? SQLError else {
                Issue.record("another error: \(error)")
                return
            }
            #expect(reason.contains("postgres://me@127.0.0.1:1/main"))
            #expect(!reason.contains("s3cret"))
        }
    }
}
