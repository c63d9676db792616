/// Where the server listens: a host name or literal address and a port; port 0 lets the system choose.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address; an IPv6 literal without its brackets.
    package var host: String
    /// 0 to 65535.
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Parses `host:port`, `[::1]:8080` or `:8080`, the last meaning every address of the machine.
    package init?(_ text: String) {
        guard let parts = Self.split(text, defaultPort: nil) else { return nil }
        self.init(host: parts.host.isEmpty ? "0.0.0.0" : parts.host, port: parts.port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Splits an authority into host and port; nil if it is neither, or has no port and there is no default.
    static func split(_ text: String, defaultPort: Int?) -> (host: String, port: Int)? {
        var host = Substring(text)
        var portText: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard host.contains(":"), rest.isEmpty || rest.hasPrefix(":") else { return nil }
            portText = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            portText = text[text.index(after: colon)...]
        }
        guard let portText else { return defaultPort.map { (String(host), $0) } }
        guard !portText.isEmpty, portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(portText), port <= 65_535
        else { return nil }
        return (String(host), port)
    }
}
