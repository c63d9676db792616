import ExeuntProvider
import Testing

@Suite("Values as operators write them")
struct ValueTextTests {
    @Test(
        "durations",
        arguments: [
            ("500ms", Duration.milliseconds(500)), ("90s", .seconds(90)), ("10m", .seconds(600)),
            ("12h", .seconds(43_200)), ("7d", .seconds(604_800)), ("0s", .zero),
        ]
    )
    func duration(_ text: String, _ expected: Duration) {
        #expect(DurationText.parse(text) == expected)
        #expect(DurationText.parse(DurationText.format(expected)) == expected)
    }

    @Test(
        "what is not a duration",
        arguments: ["", "10", "s", "-1s", "1.5h", "1 h", "1w", "99999999999s", "9999999999d", "١s", "1h30m"]
    )
    func noDuration(_ text: String) { #expect(DurationText.parse(text) == nil) }

    @Test(
        "addresses to listen on",
        arguments: [
            ("127.0.0.1:8080", "127.0.0.1", 8080), ("[::1]:8443", "::1", 8443), (":8080", "0.0.0.0", 8080),
            ("localhost:0", "localhost", 0),
        ]
    )
    func listen(_ text: String, _ host: String, _ port: Int) {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: port))
    }

    @Test(
        "what is not an address to listen on",
        arguments: ["", "8080", "localhost", "a:b", "a:70000", "[::1]", "::1:8080"])
    func noListen(_ text: String) { #expect(ListenAddress(text) == nil) }

    @Test(
        "one name in three spellings",
        arguments: [
            (Setting.tlsKey, "--tls-key", "EXEUNT_TLS_KEY", "tls.key"),
            (.secretKeyFile, "--secret-key-file", "EXEUNT_SECRET_KEY_FILE", "secret-key-file"),
            (.outgoingCAFile, "--outgoing-ca-file", "EXEUNT_OUTGOING_CA_FILE", "outgoing.ca-file"),
        ]
    )
    func names(_ setting: Setting, _ flag: String, _ variable: String, _ key: String) {
        #expect(setting.flag == flag)
        #expect(setting.variable == variable)
        #expect(setting.key == key)
    }

    @Test("no two settings share a name")
    func distinct() {
        #expect(Set(Setting.all.map(\.flag)).count == Setting.all.count)
        #expect(Set(Setting.all.map(\.variable)).count == Setting.all.count)
    }
}
