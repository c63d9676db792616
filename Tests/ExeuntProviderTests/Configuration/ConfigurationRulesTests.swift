import ExeuntProvider
import Logging
import Testing

@Suite("What a configuration may be")
struct ConfigurationRulesTests {
    /// Settings, and the one that is refused; nil if all is well.
    struct Case: Sendable, CustomTestStringConvertible {
        let settings: [Setting: String]
        let refused: Setting?

        init(_ settings: [Setting: String], _ refused: Setting? = nil) {
            self.settings = settings
            self.refused = refused
        }

        var arguments: [Setting: SettingValue] {
            var result = settings.mapValues { SettingValue.text($0) }
            if let proxies = settings[.trustedProxy] { result[.trustedProxy] = .list([proxies]) }
            return result
        }

        var testDescription: String {
            "\(settings.map { "\($0.key.flag) \($0.value)" }.sorted()) → \(refused?.flag ?? "ok")"
        }
    }

    /// A file that everybody can read.
    private static let file = "/etc/hostname"
    private static let https = "https://id.example.org"

    static let transports: [Case] = [
        Case([.issuer: https, .tlsCertificate: file, .tlsKey: file]),
        Case([.issuer: https, .trustedProxy: "10.0.0.0/8", .listen: "0.0.0.0:8080"]),
        Case([.issuer: "http://localhost:8080", .development: "true"]),
        Case([.issuer: "http://one.localhost:8080", .development: "true", .listen: "[::1]:8080"]),
        Case([.development: "true"]),
        Case([.issuer: https], .tlsCertificate),
        Case([.issuer: https, .tlsCertificate: file], .tlsKey),
        Case([.issuer: https, .tlsKey: file], .tlsCertificate),
        Case([.issuer: https, .tlsCertificate: "/nowhere", .tlsKey: file], .tlsCertificate),
        Case([.issuer: "http://id.example.org", .development: "true"], .issuer),
        Case([.issuer: "http://10.0.0.1", .development: "true"], .issuer),
        Case([.issuer: "http://localhost:8080"], .issuer),
        Case([.issuer: "http://localhost:8080", .development: "true", .listen: "0.0.0.0:8080"], .listen),
        Case([.issuer: "http://localhost", .development: "true", .tlsCertificate: file, .tlsKey: file], .issuer),
        Case([.issuer: "http://localhost:8080", .trustedProxy: "10.0.0.0/8"], .issuer),
        Case([:], .issuer),
        Case([.development: "true", .listen: "127.0.0.1:0"], .issuer),
    ]

    @Test("plain http only on loopback and in development; TLS by both files or a trusted proxy", arguments: transports)
    func transport(_ row: Case) {
        let problems = ConfigurationPlace.problems(row.arguments)
        if let refused = row.refused {
            #expect(problems.contains { $0.name == refused.flag }, "\(problems)")
        } else {
            #expect(problems.isEmpty, "\(problems)")
        }
    }

    @Test(
        "A-81: no JWT access token lives longer than five minutes, and other lifetimes are bounded too",
        arguments: [
            (Setting.jwtAccessToken, "5m", true), (.jwtAccessToken, "6m", false), (.accessToken, "25h", false),
            (.sessionIdle, "0s", false), (.horizon, "72h", true), (.attemptDeadline, "2m", false),
            (.firstRetry, "10ms", false), (.recordRetention, "1m", false),
        ]
    )
    func bounds(_ setting: Setting, _ value: String, _ isAllowed: Bool) {
        let problems = ConfigurationPlace.problems([.development: .text("true"), setting: .text(value)])
        #expect(problems.map(\.name) == (isAllowed ? [] : [setting.flag]))
    }

    @Test("the longest pause is not shorter than the first")
    func retries() {
        let problems = ConfigurationPlace.problems([
            .development: .text("true"), .firstRetry: .text("10s"), .maximumRetry: .text("5s"),
        ])
        #expect(problems.map(\.name) == [Setting.maximumRetry.flag])
    }

    @Test("PostgreSQL needs a key, and the two ways to give one exclude each other")
    func keys() {
        let postgres: [Setting: SettingValue] = [.development: .text("true"), .database: .text("postgres://u@h/d")]
        #expect(ConfigurationPlace.problems(postgres).map(\.name) == ["--secret-key-file"])
        let both = postgres.merging([.secretKeyFile: .text("a.key")]) { a, _ in a }
        let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
        #expect(ConfigurationPlace.problems(both, ["EXEUNT_SECRET_KEY": key]).map(\.name) == ["EXEUNT_SECRET_KEY"])
        #expect(ConfigurationPlace.problems(both).isEmpty)
    }

    @Test("a command on the database needs neither issuer nor transport, and is quiet")
    func administration() throws {
        let resolved = try ConfigurationPlace.resolve(for: .administration)
        #expect(resolved.issuer == .unset)
        #expect(resolved.logging.level == .warning)
        #expect(
            try ConfigurationPlace.resolve([.issuer: .text("http://localhost:1")], for: .administration).warnings
                .isEmpty)
    }
}
