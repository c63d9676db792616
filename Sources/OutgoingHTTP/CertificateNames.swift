import NIOCore
import NIOSSL

/// Verification by host name, in addition to NIOSSL's.
///
/// NIOSSL also accepts a certificate for the *address* that it is connected to when a name was asked for, and a common
/// name. Whoever can answer a DNS query could then stand in for any application with a certificate for an address of
/// their own. RFC 9525 §6.3 wants the name that was asked for, among the certificate's DNS names.
enum CertificateNames {
    static func verify(_ certificate: NIOSSLCertificate, host: String) throws {
        for name in certificate._subjectAlternativeNames() where name.nameType == .dnsName {
            if matches(pattern: String(decoding: name.contents, as: UTF8.self).lowercased(), host: host) { return }
        }
        throw NIOSSLExtraError.failedToValidateHostname
    }

    /// - Parameter host: in lower case, as in `OutgoingURL`.
    static func matches(pattern: String, host: String) -> Bool {
        // RFC 9525 §6.3: a wildcard is the whole leftmost label, and stands for exactly one label.
        guard pattern.hasPrefix("*.") else { return pattern == host }
        guard let dot = host.firstIndex(of: ".") else { return false }
        return dot != host.startIndex && pattern.dropFirst() == host[dot...]
    }
}
