/// The PEM files that the server's TLS uses: always both or neither.
package struct TLSFiles: Sendable, Hashable {
    /// The certificate chain, leaf first.
    package var certificate: String
    package var key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
