import ExeuntProvider
import ExeuntTesting
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import OpenIDTypes
import OutgoingHTTP
import SQLStore
import ServiceLifecycle
import Testing

@Suite("The server on a socket")
struct ListeningTests {
    /// A development provider on a port that the system chose, stopped gracefully when `body` returns.
    private func serving(_ body: @escaping @Sendable (Int, ServerPlace) async throws -> Void) async throws {
        let place = try await ServerPlace(issuer: "http://localhost:1") {
            $0.development = true
            $0.listen = ListenAddress(host: "127.0.0.1", port: 0)
        }
        let (ports, heard) = AsyncStream.makeStream(of: Int.self)
        let services = try place.provider.services { heard.yield($0) }
        let group = ServiceGroup(configuration: .init(services: services, logger: ServerPlace.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                var iterator = ports.makeAsyncIterator()
                guard let port = await iterator.next() else { return }
                do { try await body(port, place) } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }

    @Test("It answers, and stops when it is told to, with its database closed")
    func servesAndStops() async throws {
        let parts = try await withCheckedPlace()
        #expect(parts.readiness.isDraining)
        await #expect(throws: SQLError.self) {
            _ = try await parts.database.read { db in try db.row("SELECT 1 AS one") != nil }
        }
    }

    private func withCheckedPlace() async throws -> ProviderParts {
        let (kept, keep) = AsyncStream.makeStream(of: ProviderParts.self)
        try await serving { port, place in
            let browser = try Browser()
            let answer = try await browser.send(.get, "http://127.0.0.1:\(port)/health/ready")
            #expect(answer.status == 200)
            #expect(answer.header("X-Content-Type-Options") == "nosniff")
            let page = try await browser.send(.get, "http://127.0.0.1:\(port)/")
            #expect(page.shows("home"))
            keep.yield(place.parts)
        }
        keep.finish()
        var iterator = kept.makeAsyncIterator()
        return try #require(await iterator.next())
    }

    @Test("A request in flight is answered before the server stops")
    func drains() async throws {
        let (entered, enter) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let (ports, heard) = AsyncStream.makeStream(of: Int.self)
        let place = try await ServerPlace(issuer: "http://localhost:1") {
            $0.development = true
            $0.listen = ListenAddress(host: "127.0.0.1", port: 0)
        }
        let router = Router(context: ProviderContext.self)
        router.get("/slow") { _, _ in
            enter.yield()
            for await _ in released { break }
            return Answer.empty(.ok)
        }
        let service = try HTTPService(
            responder: ProviderResponder(
                routes: router.buildResponder(),
                errors: ErrorAnswers(pages: place.parts.pages),
                issuer: place.parts.configuration.issuer
            ),
            configuration: place.parts.configuration,
            logger: ServerPlace.quiet,
            onListening: { heard.yield($0) }
        )
        let drained = ClosingService {
            place.parts.readiness.drain()
            release.yield()
        }
        let group = ServiceGroup(configuration: .init(services: [service, drained], logger: ServerPlace.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                var iterator = ports.makeAsyncIterator()
                let port = try #require(await iterator.next())
                let answer = try await Browser().send(.get, "http://127.0.0.1:\(port)/slow")
                #expect(answer.status == 200)
                #expect(place.parts.readiness.isDraining)
            }
            tasks.addTask {
                for await _ in entered { break }
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
        await place.close()
    }

    @Test("A taken port is one clear sentence that names it")
    func takenPort() async throws {
        try await serving { port, _ in
            let second = try await ServerPlace(issuer: "http://localhost:1") {
                $0.development = true
                $0.listen = ListenAddress(host: "127.0.0.1", port: port)
            }
            let failure = await #expect(throws: StartFailure.self) { try await second.provider.run(signals: []) }
            #expect(failure == .portTaken(ListenAddress(host: "127.0.0.1", port: port)))
            #expect(failure?.description.contains("Port \(port) is already in use") == true)
        }
    }

    @Test("A certificate that is not there is one clear sentence that names it")
    func missingCertificate() async throws {
        let place = try await ServerPlace { $0.tls = TLSFiles(certificate: "/nowhere/c.pem", key: "/nowhere/k.pem") }
        let failure = #expect(throws: StartFailure.self) { try place.provider.services() }
        #expect(failure?.description.contains("/nowhere/c.pem") == true)
        await place.close()
    }

    @Test("Bodies and headers beyond the limits are refused on the wire")
    func limits() async throws {
        try await serving { port, _ in
            let browser = try Browser()
            let long = String(repeating: "x", count: 70_000)
            let body = try await browser.send(.post, "http://127.0.0.1:\(port)/oidc/token", form: [("a", long)])
            #expect(body.status == 413)
            let refused = try await browser.send(
                .get, "http://127.0.0.1:\(port)/", headers: ["X-Long": String(long.prefix(40_000))]
            )
            #expect(refused.status == 400)
        }
    }
}
