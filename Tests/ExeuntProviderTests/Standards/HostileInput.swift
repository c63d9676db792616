import Foundation
import OpenIDTypes

/// What strangers send: every address of the provider, and values that break what reads them carelessly.
enum HostileInput {
    struct Target: Sendable {
        let method: String
        let path: String
        /// Names whose values the endpoint looks at.
        let names: [String]
    }

    static let targets: [Target] = [
        Target(method: "GET", path: "/oidc/authorize", names: authorization),
        Target(method: "POST", path: "/oidc/authorize", names: authorization + ["exeunt_request"]),
        Target(method: "GET", path: "/continue", names: ["interaction"]),
        Target(method: "GET", path: "/login", names: ["interaction"]),
        Target(method: "POST", path: "/login", names: ["interaction", "username", "password", "remember"]),
        Target(method: "GET", path: "/consent", names: ["interaction"]),
        Target(method: "POST", path: "/consent", names: ["interaction", "decision"]),
        Target(method: "GET", path: "/select", names: ["interaction"]),
        Target(method: "POST", path: "/select", names: ["interaction", "session", "other"]),
        Target(method: "POST", path: "/oidc/token", names: token),
        Target(method: "POST", path: "/oidc/introspect", names: ["token", "client_id", "client_secret"]),
        Target(method: "POST", path: "/oidc/revoke", names: ["token", "client_id", "client_secret"]),
        Target(method: "GET", path: "/oidc/userinfo", names: ["access_token"]),
        Target(method: "POST", path: "/oidc/userinfo", names: ["access_token"]),
        Target(method: "GET", path: "/oidc/logout", names: logout + ["bounced"]),
        Target(method: "POST", path: "/oidc/logout", names: logout),
        Target(method: "POST", path: "/oidc/logout/confirm", names: ["confirmation", "decision"]),
        Target(method: "GET", path: "/oidc/logout/frames/x", names: ["a"]),
        Target(method: "GET", path: "/oidc/logout/continue/x", names: ["a"]),
        Target(method: "GET", path: "/oidc/logout/receipt/x", names: ["a"]),
        Target(method: "GET", path: "/oidc/jwks", names: ["a"]),
        Target(method: "GET", path: "/.well-known/openid-configuration", names: ["a"]),
        Target(method: "GET", path: "/assets/x", names: ["v"]),
    ]

    private static let authorization = [
        "client_id", "redirect_uri", "response_type", "response_mode", "state", "scope", "nonce", "code_challenge",
        "prompt", "max_age", "id_token_hint", "login_hint", "claims", "request",
    ]
    private static let token = [
        "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "resource", "client_id",
        "client_secret", "client_assertion", "client_assertion_type",
    ]
    private static let logout = [
        "id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales",
    ]

    /// Values as they stand on the wire, already encoded.
    static let values: [String] = [
        "", "%", "%zz", "%0", "%00", "a%00b", "%ff", "%c0%80", "%ed%a0%80", "%f4%90%80%80", "%F0%9F%98%80",
        "%0d%0aX:%20y",
        "%0a", "%09", "%7f", "%e2%80%ae", "%22%3E%3Cscript%3E", "..%2f..%2fetc%2fpasswd", "'%20OR%201=1--", "+", "=",
        "==",
        ".", "..", "...", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJSUzI1NiIsImtpZCI6IlwwMDAwIn0.e30.AA",
        "-1", "0", "99999999999999999999999", "1e400", "NaN", "null", "true", "%7B%7D", "%5B%5D", "%7B%22a%22:1e999%7D",
        "%7B%22userinfo%22:%7B%22sub%22:%7B%22value%22:%22%5Cu0000%22%7D%7D%7D",
        "%7B%22id_token%22:%7B%22acr%22:%7B%22essential%22:1%7D%7D%7D", String(repeating: "%5B", count: 300),
        String(repeating: "a", count: 9000), String(repeating: "%F0%9F%98%80", count: 1500),
        String(repeating: "a.", count: 3000), "AAAA", String(repeating: "A", count: 43),
    ]

    /// Whole queries or bodies.
    static let bodies: [String] = [
        "", "&", "&&&&", "=", "=a", "a", "a=b&a=c", "a=b&%61=c", String(repeating: "&", count: 500),
        (0..<120).map { "n\($0)=v" }.joined(separator: "&"), "{\"client_id\":\"x\"}", "%%%", "\u{0}",
    ]

    /// `Authorization` values; those of Basic must not reach the database as they are.
    static let authorizations: [String] = [
        "", "Basic", "Basic ", "Basic %%%", "Basic =", basic(":"), basic("a:"), basic(":b"), basic("%00:x"),
        basic("a\u{0}b:x"), basic("%ff:x"), basic("%zz:x"), basic(String(repeating: "a", count: 5000) + ":x"),
        basic("one:%00"), "Bearer", "Bearer a b", "Bearer \u{7f}", "Bearer " + String(repeating: "a.", count: 6000),
        "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IlwwMDAwIn0.e30.AA", "Digest a=b", "Negotiate",
    ]

    private static func basic(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }

    /// Client assertions with claims that overflow, do not fit a column, or are of another type.
    static let assertions: [String] = [
        #"{"sub":"a\u0000b"}"#, #"{"sub":""}"#, #"{"sub":7}"#, #"{"sub":"one","exp":1e400}"#,
        #"{"sub":"one","exp":9223372036854775807}"#, #"{"sub":"one","exp":-9223372036854775808}"#, "[]", "null", "{",
    ]
    .map { claims in
        [#"{"alg":"ES256"}"#, claims, "sig"].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".")
    }

    /// Requests that are not quite HTTP, or not a form.
    static func wire(_ host: String) -> [String] {
        let start = "POST /oidc/token HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n"
        let form = "Content-Type: application/x-www-form-urlencoded\r\n"
        return [
            start + "\r\n", start + "Content-Length: 2\r\n\r\n{}", start + form + "Content-Length: -1\r\n\r\n",
            start + form + "Content-Length: 99999999999999999999\r\n\r\n",
            start + form + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
            start + form + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            start + form + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
            start + form + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nabc\r\n",
            start + form + "Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
            start + form + "Transfer-Encoding: gzip\r\n\r\nabc", start + form + "Content-Length: 10\r\n\r\nabc",
            start + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
            start + "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 2\r\n\r\n--",
            start + form + form + "Content-Length: 3\r\n\r\na=b",
            start + "Content-Type:\r\nContent-Length: 3\r\n\r\na=b",
            start + "Content-Type: ;;;\r\nContent-Length: 3\r\n\r\na=b", start + form + "Content-Length: 0\r\n\r\n",
            "GET /login HTTP/1.1\r\n\r\n", "GET /login HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /login\r\n\r\n",
            "GET /%zz/%00/..%2f HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n",
            "GET /oidc/logout/receipt/%ff%00 HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n",
            "GET http://evil.example/login HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n",
            "GET //evil.example/login HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n",
            "GET * HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n", "\r\n\r\n\r\n", "\u{16}\u{3}\u{1}\u{0}",
            "GET /login HTTP/1.1\r\nHost: \(host)\r\nCookie: \u{0}=\u{1}\r\nConnection: close\r\n\r\n",
            "GET /login HTTP/1.1\r\nHost: \(host)\r\nCookie: ===;;;a=b;a\r\nConnection: close\r\n\r\n",
            "GET /login HTTP/1.1\r\nHost: \(host)\r\nX-Forwarded-For: ,,%%,::1\r\nConnection: close\r\n\r\n",
        ]
    }
}
