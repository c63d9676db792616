/// Why a command does not do what it was told: one sentence for the operator. Nothing was changed.
package struct AdministrationRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
