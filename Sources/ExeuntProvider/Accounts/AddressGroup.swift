import Foundation

/// What counts as one address for throttling: an IPv4 address, or the /64 of an IPv6 one, within which anybody can choose
/// addresses freely (RFC 4291 §2.5.4).
enum AddressGroup {
    static func of(_ address: String) -> String {
        guard address.contains(":"), address.utf8.count <= 64 else { return String(address.prefix(64)) }
        let bare = address.prefix { $0 != "%" }
        var storage = in6_addr()
        guard inet_pton(AF_INET6, String(bare), &storage) == 1 else { return String(address.prefix(64)) }
        let bytes = withUnsafeBytes(of: &storage) { Array($0) }
        if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xff, bytes[11] == 0xff {
            return bytes[12...].map(String.init).joined(separator: ".")
        }
        let groups = stride(from: 0, to: 8, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }
        return groups.joined(separator: ":") + "::/64"
    }
}
