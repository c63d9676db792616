/// The cost of Argon2id (RFC 9106). The defaults follow OWASP's second recommendation: memory rather than time, so that two
/// threads stay within 40 MiB.
package struct PasswordParameters: Sendable, Hashable {
    /// KiB.
    package var memory: UInt32 = 19 * 1024
    package var iterations: UInt32 = 2
    package var lanes: UInt32 = 1

    package init() {}

    package init(memory: UInt32, iterations: UInt32, lanes: UInt32) {
        self.memory = memory
        self.iterations = iterations
        self.lanes = lanes
    }
}
