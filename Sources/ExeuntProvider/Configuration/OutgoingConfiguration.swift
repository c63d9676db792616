package import OutgoingHTTP

/// What requests that leave the provider may reach, and which authorities they trust.
package struct OutgoingConfiguration: Sendable, Hashable {
    /// Private ranges that the operator opened; cloud metadata addresses stay closed whatever this says.
    package var allow: [CIDR] = []
    /// A PEM file of additional certificate authorities.
    package var caFile: String?

    package init(allow: [CIDR] = [], caFile: String? = nil) {
        self.allow = allow
        self.caFile = caFile
    }
}
