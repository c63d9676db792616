package import Hummingbird

/// A random cookie that ties a page to the browser that it was shown to: a form sent by another browser, or by
/// another site for this one, does not carry it (CO-11). It says nothing about who is signed in.
///
/// `SameSite=Lax`: it is not sent with a cross-site POST. An endpoint that accepts one must first lead the browser to
/// a GET, otherwise `ensure` would replace the cookie and break what another tab has begun.
package struct BrowserBinding: Sendable {
    private let name: String
    private let isSecure: Bool

    package init(issuer: Issuer) {
        isSecure = issuer.isSecure
        name = (issuer.isSecure ? "__Host-exeunt-b-" : "exeunt-b-") + issuer.cookieHash
    }

    /// The hash of this browser's value, which is what sealed values and the database hold; nil if it has none, or two.
    package func read(_ request: Request) -> [UInt8]? {
        guard let value = request.cookie(name).single, Self.isOurs(value) else { return nil }
        return RandomToken.hash(value)
    }

    /// The browser's hash; if it has none, of a new value that `setCookie` must bring to it.
    package func ensure(_ request: Request) -> (hash: [UInt8], setCookie: String?) {
        if let hash = read(request) { return (hash, nil) }
        let value = RandomToken.make()
        var cookie = "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax"
        if isSecure { cookie += "; Secure" }
        return (RandomToken.hash(value), cookie)
    }

    private static func isOurs(_ value: String) -> Bool {
        value.utf8.count == 43
            && value.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
