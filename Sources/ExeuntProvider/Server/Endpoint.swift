package import Hummingbird

/// One thing at one address of the provider. Its owner mounts its own routes; nobody else knows its paths.
package protocol Endpoint: Sendable {
    func mount(on router: Router<ProviderContext>)
}
