import HTTPTypes
package import Hummingbird

/// What the methods mean that no endpoint mounts by itself.
package enum MethodAnswers {
    package static let known: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect,
    ]

    /// Routes whose GET only reads, so that HEAD may run it and throw the body away (RFC 9110 §9.3.2). Everywhere else
    /// GET may sign somebody out or hand out a code, and HEAD must not.
    static func headRunsGet(_ route: String) -> Bool {
        reading.contains(route) || route.hasPrefix("/.well-known/") || route.hasPrefix("/health/")
            || route.hasPrefix("/assets/")
    }

    private static let reading: Set<String> = ["/", "/oidc/jwks", "/oidc/userinfo"]

    /// Answers every known method at every mounted path: HEAD without effect, OPTIONS with the list, and 405 with the
    /// same list for all others (RFC 9110 §15.5.6). Called once, after all endpoints are mounted.
    package static func complete(_ router: Router<ProviderContext>, errors: ErrorAnswers) {
        let mounted = Dictionary(grouping: router.routes) { $0.path.description }
        for (route, entries) in mounted {
            guard let path = entries.first?.path else { continue }
            let present = Set(entries.map(\.method))
            var allowed = present.union([.options])
            if present.contains(.get) { allowed.insert(.head) }
            let list = allowed.map(\.rawValue).sorted().joined(separator: ", ")
            for method in known where !present.contains(method) {
                switch method {
                case .head where present.contains(.get):
                    if !headRunsGet(route) { router.on(path, method: .head) { _, _ in emptyPage } }
                case .options:
                    router.on(path, method: .options) { _, _ in Answer.empty(.noContent, headers: [.allow: list]) }
                default:
                    router.on(path, method: method) { request, _ in
                        errors.answer(RequestRefusal.methodNotAllowed, to: request, headers: [.allow: list])
                    }
                }
            }
        }
    }

    private static var emptyPage: Response {
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8"]
        headers.forbidStoring()
        return Response(status: .ok, headers: headers)
    }
}
