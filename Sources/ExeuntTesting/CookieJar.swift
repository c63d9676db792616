/// The cookies of one browser: by host and never by port, as browsers keep them (RFC 6265 §8.5).
package struct CookieJar: Sendable {
    package struct Cookie: Sendable, Hashable {
        package var name: String
        package var value: String
        package var host: String
        package var isSecure: Bool
        package var isHTTPOnly: Bool
        package var sameSite: String
        package var isPersistent: Bool
    }

    package private(set) var cookies: [Cookie] = []

    package init() {}

    /// Takes one `Set-Cookie` line; `Max-Age=0` and past dates delete.
    package mutating func take(_ line: String, from host: String) {
        let pieces = line.split(separator: ";").map { $0.trimming() }
        guard let pair = pieces.first, let equals = pair.firstIndex(of: "=") else { return }
        let name = String(pair[..<equals])
        var cookie = Cookie(
            name: name,
            value: String(pair[pair.index(after: equals)...]),
            host: host,
            isSecure: false,
            isHTTPOnly: false,
            sameSite: "lax",
            isPersistent: false
        )
        var expired = false
        for attribute in pieces.dropFirst() {
            let parts = attribute.split(separator: "=", maxSplits: 1)
            let value = parts.count == 2 ? String(parts[1]) : ""
            switch parts.first?.lowercased() {
            case "secure": cookie.isSecure = true
            case "httponly": cookie.isHTTPOnly = true
            case "samesite": cookie.sameSite = value.lowercased()
            case "max-age":
                expired = (Int(value) ?? 0) <= 0
                cookie.isPersistent = true
            case "expires": cookie.isPersistent = true
            default: break
            }
        }
        cookies.removeAll { $0.name == name && $0.host == host }
        if !expired { cookies.append(cookie) }
    }

    /// What a request to `host` carries. A cross-site request that is no top-level GET goes without Lax cookies.
    package func header(for host: String, laxAllowed: Bool = true) -> String? {
        let sent = cookies.filter { $0.host == host && (laxAllowed || $0.sameSite == "none") }
        return sent.isEmpty ? nil : sent.map { "\($0.name)=\($0.value)" }.joined(separator: "; ")
    }

    package mutating func removeAll() { cookies = [] }

    package mutating func plant(name: String, value: String, host: String) {
        take("\(name)=\(value)", from: host)
    }
}

extension Substring {
    fileprivate func trimming() -> Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
