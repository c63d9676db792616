import OutgoingHTTP
import Testing

@Suite("The strict URL parser")
struct OutgoingURLTests {
    struct Accepted: Sendable {
        let text: String
        let host: String
        let port: Int
        let target: String
        let origin: String
    }

    @Test(
        "What is sent is what was registered",
        arguments: [
            Accepted(
                text: "https://rp.example.com/a/b?c=d%20e&f", host: "rp.example.com", port: 443,
                target: "/a/b?c=d%20e&f",
                origin: "https://rp.example.com:443"),
            Accepted(
                text: "HTTP://RP.Example.com", host: "rp.example.com", port: 80, target: "/",
                origin: "http://rp.example.com:80"),
            Accepted(
                text: "https://rp.example.com:443?x", host: "rp.example.com", port: 443, target: "/?x",
                origin: "https://rp.example.com:443"),
            Accepted(
                text: "https://[2606:4700::1111]:8443/", host: "2606:4700::1111", port: 8443, target: "/",
                origin: "https://[2606:4700::1111]:8443"),
            Accepted(
                text: "http://8.8.8.8/x//y/../z", host: "8.8.8.8", port: 80, target: "/x//y/../z",
                origin: "http://8.8.8.8:80"),
            Accepted(
                text: "https://a_b.example/@:?@", host: "a_b.example", port: 443, target: "/@:?@",
                origin: "https://a_b.example:443"),
        ])
    func accepted(_ row: Accepted) throws {
        let url = try OutgoingURL(row.text)
        #expect(url.text == row.text)
        #expect(url.host == row.host)
        #expect(url.port == row.port)
        #expect(url.target == row.target)
        #expect(url.origin == row.origin)
    }

    @Test(
        "A-40: no raw injection, no second reading",
        arguments: [
            ("https://rp.example/\r\nX: y", "illegal-character"),
            ("https://rp.example/\nx", "illegal-character"),
            ("https://rp.example/a b", "illegal-character"),
            (" https://rp.example/", "illegal-character"),
            ("https://rp.example/\u{0}", "illegal-character"),
            ("https://rp.example/\u{7f}", "illegal-character"),
            ("https://rp.example/\t", "illegal-character"),
            ("https://rp.example\\@evil.example/", "illegal-character"),
            ("https:\\\\rp.example/", "illegal-character"),
            ("https://rp.example/ü", "illegal-character"),
            ("https://rp。example/", "illegal-character"),
            ("https://rp.example/\"<>", "illegal-character"),
            ("https://rp.example/{x}", "illegal-character"),
            ("https://rp.example/%", "illegal-character"),
            ("https://rp.example/%0", "illegal-character"),
            ("https://rp.example/%zz", "illegal-character"),
            ("https://user@rp.example/", "user-info"),
            ("https://user:password@rp.example/", "user-info"),
            ("https://8.8.8.8@rp.example/", "user-info"),
            ("https://rp.example/#", "fragment"),
            ("https://rp.example/a#b", "fragment"),
            ("https://rp.example#@evil.example/", "fragment"),
            ("", "not-absolute"),
            ("/path", "not-absolute"),
            ("//rp.example/", "not-absolute"),
            ("rp.example:443", "not-absolute"),
            ("https:rp.example", "not-absolute"),
            ("https:/rp.example", "not-absolute"),
            ("ftp://rp.example/", "not-absolute"),
            ("file:///etc/passwd", "not-absolute"),
            ("gopher://rp.example:6379/_x", "not-absolute"),
            ("https://" + String(repeating: "a", count: 2_048), "not-absolute"),
            ("https://", "malformed-host"),
            ("https:///path", "malformed-host"),
            ("https://?x", "malformed-host"),
            ("https://:443/", "malformed-host"),
            ("https://a..b/", "malformed-host"),
            ("https://.a.b/", "malformed-host"),
            ("https://a%2eb/", "malformed-host"),
            ("https://a,b/", "malformed-host"),
            ("https://[::1/", "malformed-host"),
            ("https://[fe80::1%25eth0]/", "malformed-host"),
            ("https://[1.2.3.4]/", "malformed-host"),
            ("https://[::1]x:443/", "malformed-host"),
            ("https://::1/", "malformed-host"),
            ("https://" + String(repeating: "a", count: 64) + ".example/", "malformed-host"),
            ("https://localhost./", "trailing-dot"),
            ("https://rp.example.:443/", "trailing-dot"),
            ("https://127.0.0.1./", "trailing-dot"),
            ("https://rp.example:/", "malformed-port"),
            ("https://rp.example:0/", "malformed-port"),
            ("https://rp.example:65536/", "malformed-port"),
            ("https://rp.example:0443/", "malformed-port"),
            ("https://rp.example:+443/", "malformed-port"),
            ("https://rp.example:443:443/", "malformed-port"),
            ("https://rp.example:99999999999999999999/", "malformed-port"),
        ])
    func refused(text: String, id: String) {
        let refusal = #expect(throws: OutgoingRefusal.self) { try OutgoingURL(text) }
        #expect(refusal?.id == id)
    }

    @Test(
        "A-36: IPv4 in any form but four decimal numbers",
        arguments: [
            "2130706433", "017700000001", "0x7f000001", "0x7F.1", "127.1", "127.0.1", "0177.0.0.1", "127.0.0.01",
            "0x7f.0.0.1", "0", "1", "127.0.0.256", "1.2.3.4.5", "4294967295", "3232235521", "example.1", "example.0x1",
            "1.0x", "169.254.43518", "0xa9fea9fe", "0251.0376.0251.0376",
        ])
    func ambiguousIPv4(host: String) {
        let refusal = #expect(throws: OutgoingRefusal.self) { try OutgoingURL("http://\(host)/") }
        #expect(refusal == .ambiguousAddress)
    }

    @Test("Every refusal has an identifier and a sentence of its own")
    func refusalTexts() throws {
        let address = try #require(IPAddress("10.0.0.1"))
        var all: [OutgoingRefusal] = [
            .notAbsolute, .userInfo, .fragment, .illegalCharacter, .malformedHost, .trailingDot, .ambiguousAddress,
            .malformedPort, .port(22), .localName, .singleLabel, .plainHTTP, .noAddress, .header("host"),
        ]
        all += AddressRange.allCases.map { .address(address, $0) }
        #expect(Set(all.map(\.id)).count == all.count)
        #expect(Set(all.map(\.summary)).count == all.count)
    }
}
