import Hummingbird

/// A route that does nothing: what the HTTP server alone costs.
@main
struct Baseline {
    static func main() async throws {
        let port = Int(CommandLine.arguments.dropFirst().first ?? "") ?? 9090
        let router = Router()
        router.get("/") { _, _ in "ok" }
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port))
        )
        try await application.run()
    }
}
