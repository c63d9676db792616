import ExeuntProvider
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import OpenIDTypes
import SQLStore
import Testing

@Suite("What is thrown is answered")
struct FaultTests {
    private struct Secretive: Error, CustomStringConvertible {
        let description = "password=hunter2 in row 7"
    }

    /// One endpoint that throws, behind what every request goes through.
    private func answer(
        _ path: String, log: KeptLog = KeptLog(), deadline: Duration = .seconds(15),
        throwing body: @escaping @Sendable () async throws -> Response
    ) async throws -> Heard {
        let issuer = try Issuer("https://op.example")
        let errors = ErrorAnswers(pages: PageRenderer(issuer: issuer))
        let router = Router(context: ProviderContext.self)
        router.add(middleware: SecurityHeadersMiddleware(isSecure: true))
        router.add(middleware: AccessLogMiddleware(trusted: []))
        router.add(middleware: FaultMiddleware(errors: errors))
        router.get("/oidc/token") { _, _ in try await body() }
        router.get("/page/{token}") { _, _ in try await body() }
        let responder = ProviderResponder(
            routes: router.buildResponder(), errors: errors, issuer: issuer, deadline: deadline
        )
        let context = ProviderContext(peer: nil, logger: log.logger)
        return try await Heard(try await responder.respond(to: .make(.get, path), context: context))
    }

    @Test("A fault is a plain page with a reference, and the cause is only in the log")
    func page() async throws {
        let log = KeptLog()
        let heard = try await answer("/page/secret-token?code=secret-code", log: log) { throw Secretive() }
        #expect(heard.status == 500)
        #expect(heard.headers[.contentType] == "text/html; charset=utf-8")
        #expect(!heard.text.contains("hunter2"))
        let start = try #require(heard.text.range(of: "id=\"reference\">"))
        let reference = heard.text[start.upperBound...].prefix { $0 != "<" }
        #expect(reference.count == 12)
        let line = try #require(log.lines.first { $0.contains("request failed") })
        #expect(line.contains(reference) && line.contains("hunter2"))
    }

    @Test("A-89: neither paths nor queries stand in the log")
    func access() async throws {
        let log = KeptLog()
        _ = try await answer("/page/secret-token?code=secret-code", log: log) { Answer.empty(.ok) }
        #expect(log.lines.contains { $0.contains("/page/{token}") && $0.contains("200") })
        #expect(!log.lines.contains { $0.contains("secret") })
    }

    @Test("A fault at an application's endpoint is server_error in JSON")
    func json() async throws {
        let heard = try await answer("/oidc/token") { throw Secretive() }
        #expect(heard.status == 500)
        #expect(heard.json?["error"]?.string == "server_error")
        #expect(!heard.text.contains("hunter2"))
    }

    @Test(
        "A database that is away is 503, and worth another try",
        arguments: [SQLError.unavailable("x"), .busy("x"), .diskFull("x")], ["/oidc/token", "/page/x"]
    )
    func unavailable(error: SQLError, path: String) async throws {
        let heard = try await answer(path) { throw error }
        #expect(heard.status == 503)
        #expect(heard.headers[.retryAfter] == "5")
    }

    @Test("Other database errors are our fault", arguments: [SQLError.constraint("x"), .inDoubt("x"), .decoding("x")])
    func broken(error: SQLError) async throws {
        #expect(try await answer("/oidc/token") { throw error }.status == 500)
    }

    @Test("Every refusal is answered with its own status, to both audiences", arguments: RequestRefusal.allCases)
    func refusals(refusal: RequestRefusal) async throws {
        let page = try await answer("/page/x") { throw refusal }
        #expect(page.status == refusal.status)
        #expect(page.text.contains("id=\"error\"") && page.headers[.cacheControl] == "no-store")
        let json = try await answer("/oidc/token") { throw refusal }
        #expect(json.status == refusal.status)
        #expect(json.json?["error"]?.string == refusal.code.rawValue)
        #expect(json.json?["error_description"]?.string == refusal.publicText)
        #expect(!refusal.section.isEmpty && !refusal.mayRedirect)
    }

    @Test("A request that hangs is cancelled at the deadline and answered")
    func deadline() async throws {
        let heard = try await answer("/page/x", deadline: .milliseconds(1)) {
            let (never, _) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}
            throw CancellationError()
        }
        #expect(heard.status == 503)
        #expect(heard.header("X-Frame-Options") == "DENY")
    }

    @Test("A database that does not answer makes the server unready, but it is alive")
    func health() async throws {
        let place = try await ServerPlace()
        #expect(try await place.get("/health/ready").json?["status"]?.string == "ready")
        await place.close()
        let ready = try await place.get("/health/ready")
        #expect(ready.status == 503)
        #expect(ready.json?["reason"]?.string == "database")
        #expect(try await place.get("/health/live").status == 200)
    }

    @Test("A draining server says so")
    func draining() async throws {
        let place = try await ServerPlace()
        place.parts.readiness.drain()
        #expect(try await place.get("/health/ready").json?["reason"]?.string == "draining")
        await place.close()
    }
}
