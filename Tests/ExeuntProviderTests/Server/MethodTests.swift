import ExeuntProvider
import HTTPTypes
import Hummingbird
import HummingbirdCore
import OpenIDTypes
import SQLStore
import Testing

@Suite("What every path does with every method")
struct MethodTests {
    /// A concrete path for a route's pattern.
    private static func path(_ route: String) -> String {
        route.replacing("{token}", with: "abcdef").replacing("{name}", with: "exeunt.css")
    }

    @Test("A-16: HEAD and OPTIONS have no effect on any path, and no body")
    func withoutEffect() async throws {
        let place = try await ServerPlace()
        let before = place.parts.database.writes
        let routes = Set(place.provider.router.routes.map(\.path.description))
        #expect(routes.count >= 20)
        for route in routes {
            let query = "?logout_hint=x&client_id=y&bounced=z"
            for method in [HTTPRequest.Method.head, .options] {
                let answer = try await place.send(method, Self.path(route) + query)
                #expect(answer.text.isEmpty, "\(method) \(route)")
                #expect(answer.status < 500, "\(method) \(route): \(answer.status)")
                #expect(answer.headers[.setCookie] == nil, "\(method) \(route)")
                #expect(answer.headers[.location] == nil, "\(method) \(route)")
            }
        }
        #expect(place.parts.database.writes == before)
        await place.close()
    }

    @Test(
        "A-16: HEAD never runs a GET that ends a session or hands out a code",
        arguments: [
            "/oidc/logout", "/oidc/authorize", "/continue", "/oidc/logout/frames/x", "/oidc/logout/continue/x",
            "/oidc/logout/receipt/x",
        ]
    )
    func headRunsNothing(path: String) async throws {
        let place = try await ServerPlace()
        // The same GET is refused with a page, because it lacks everything: HEAD does not even get that far.
        #expect(try await place.send(.head, path).status == 200)
        await place.close()
    }

    @Test("A known path refuses other methods with 405 and Allow")
    func notAllowed() async throws {
        let place = try await ServerPlace()
        let mounted = Dictionary(grouping: place.provider.router.routes) { $0.path.description }
        let own: Set<HTTPRequest.Method> = [.get, .post, .options]
        for (route, entries) in mounted {
            #expect(Set(entries.map(\.method)).isSuperset(of: own))
            for method in [HTTPRequest.Method.put, .patch, .delete, .trace, .connect] {
                let answer = try await place.send(method, Self.path(route))
                #expect(answer.status == 405, "\(method) \(route)")
                let allow = try #require(answer.headers[.allow])
                #expect(allow.contains("OPTIONS") && !allow.contains(method.rawValue), "\(route): \(allow)")
            }
        }
        await place.close()
    }

    @Test(
        "The method that a path does not have is refused in its audience's language",
        arguments: [
            ("/oidc/token", HTTPRequest.Method.get, "application/json", "OPTIONS, POST"),
            ("/oidc/jwks", .post, "application/json", "GET, HEAD, OPTIONS"),
            ("/oidc/logout/confirm", .get, "text/html; charset=utf-8", "OPTIONS, POST"),
        ]
    )
    func audience(path: String, method: HTTPRequest.Method, type: String, allow: String) async throws {
        let place = try await ServerPlace()
        let answer = try await place.send(method, path)
        #expect(answer.status == 405)
        #expect(answer.headers[.contentType] == type)
        #expect(answer.headers[.allow] == allow)
        await place.close()
    }

    @Test(
        "An unknown path is a page for people and JSON for programs; an unknown method is 501",
        arguments: [
            ("/nowhere", "text/html; charset=utf-8"), ("/.well-known/nothing", "application/json"),
            ("/assets/../Provider.swift", "application/json"), ("/assets/nothing.css", "application/json"),
        ]
    )
    func unknownPath(path: String, type: String) async throws {
        let place = try await ServerPlace()
        let answer = try await place.get(path)
        #expect(answer.status == 404)
        #expect(answer.headers[.contentType] == type)
        let strange = try #require(HTTPRequest.Method("BREW"))
        #expect(try await place.send(strange, path).status == 501)
        await place.close()
    }
}
