/// One setting that an operator may give, under one name in three spellings: `--tls-key`, `EXEUNT_TLS_KEY` and
/// `tls: key:` in the file.
package struct Setting: Sendable, Hashable {
    /// What shape the value has before it is parsed.
    package enum Shape: Sendable, Hashable {
        case text
        /// Repeated as a flag, separated by commas in the environment, a sequence in YAML.
        case list
    }

    /// The name in YAML, levels separated by dots.
    package let key: String
    package let shape: Shape
    /// Secrets come from the environment or a file of their own: flags show in process lists, and configuration files
    /// are copied around.
    package let isSecret: Bool

    private init(_ key: String, shape: Shape = .text, isSecret: Bool = false) {
        self.key = key
        self.shape = shape
        self.isSecret = isSecret
    }

    /// The name as a flag.
    package var flag: String { "--" + key.replacing(".", with: "-") }

    /// The name as an environment variable.
    package var variable: String { "EXEUNT_" + key.uppercased().replacing(".", with: "_").replacing("-", with: "_") }

    package static let config = Setting("config")
    package static let issuer = Setting("issuer")
    package static let listen = Setting("listen")
    package static let database = Setting("database")
    package static let development = Setting("development")
    package static let tlsCertificate = Setting("tls.certificate")
    package static let tlsKey = Setting("tls.key")
    package static let trustedProxy = Setting("trusted-proxy", shape: .list)
    package static let secretKeyFile = Setting("secret-key-file")
    package static let secretKey = Setting("secret-key", isSecret: true)
    package static let outgoingAllow = Setting("outgoing.allow", shape: .list)
    package static let outgoingCAFile = Setting("outgoing.ca-file")
    package static let receipt = Setting("receipt")
    package static let defaultScope = Setting("default-scope")
    package static let logLevel = Setting("log.level")
    package static let logFormat = Setting("log.format")
    package static let sessionIdle = Setting("lifetimes.session-idle")
    package static let sessionAbsolute = Setting("lifetimes.session-absolute")
    package static let accessToken = Setting("lifetimes.access-token")
    package static let jwtAccessToken = Setting("lifetimes.jwt-access-token")
    package static let offlineIdle = Setting("lifetimes.offline-idle")
    package static let recordRetention = Setting("lifetimes.records")
    package static let firstRetry = Setting("delivery.first-retry")
    package static let maximumRetry = Setting("delivery.maximum-retry")
    package static let horizon = Setting("delivery.horizon")
    package static let attemptDeadline = Setting("delivery.attempt-deadline")
    package static let breakerProbe = Setting("delivery.breaker-probe")

    /// Every setting, in the order in which `doctor` prints them.
    package static let all: [Setting] = [
        config, issuer, listen, database, development, tlsCertificate, tlsKey, trustedProxy, secretKeyFile, secretKey,
        outgoingAllow, outgoingCAFile, receipt, defaultScope, logLevel, logFormat, sessionIdle, sessionAbsolute,
        accessToken, jwtAccessToken, offlineIdle, recordRetention, firstRetry, maximumRetry, horizon, attemptDeadline,
        breakerProbe,
    ]

    /// Whether the YAML file may hold the setting.
    package var isInFile: Bool { self != .config && !isSecret }

    static let byKey: [String: Setting] = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })
    static let byVariable: [String: Setting] = Dictionary(uniqueKeysWithValues: all.map { ($0.variable, $0) })
}
