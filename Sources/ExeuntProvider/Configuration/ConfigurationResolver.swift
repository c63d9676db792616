import Foundation
import Logging
import OpenIDTypes
import OutgoingHTTP
import SQLStore

/// Binds every setting to its place in ``ProviderConfiguration``, and judges them together.
struct ConfigurationResolver {
    private var reader: SettingReader
    private let purpose: ProviderConfiguration.Purpose

    init(_ sources: ConfigurationSources, purpose: ProviderConfiguration.Purpose) {
        reader = SettingReader(sources)
        self.purpose = purpose
    }

    mutating func resolve() throws(ConfigurationErrors) -> ProviderConfiguration {
        let database = database()
        var result = ProviderConfiguration(
            issuer: .unset,
            database: database,
            masterKey: masterKey(database)
        )
        result.development = reader.flag(.development)
        result.listen = listen()
        result.issuer = issuer(development: result.development, listen: result.listen)
        result.tls = tls()
        result.trustedProxies = reader.ranges(.trustedProxy)
        result.outgoing = OutgoingConfiguration(allow: reader.ranges(.outgoingAllow), caFile: file(.outgoingCAFile))
        result.receipt = reader.word(.receipt, default: result.receipt)
        result.defaultScope = reader.word(.defaultScope, default: result.defaultScope)
        result.lifetimes = lifetimes()
        result.delivery = delivery()
        result.logging = logging()
        if purpose == .server { judgeTransport(result) }
        guard reader.problems.isEmpty else { throw ConfigurationErrors(reader.problems) }
        return result
    }

    private mutating func database() -> DatabaseLocation {
        let standard = DatabaseLocation.sqlite(path: "exeunt.sqlite")
        guard let text = reader.text(.database) else { return standard }
        do {
            return try DatabaseLocation(text)
        } catch SQLError.badLocation(let reason) {
            reader.refuse(.database, reason)
        } catch {
            reader.refuse(.database, "must begin with sqlite:, postgres:// or postgresql://")
        }
        return standard
    }

    private mutating func masterKey(_ database: DatabaseLocation) -> MasterKeySource {
        let fromFile = reader.text(.secretKeyFile)
        if let text = reader.text(.secretKey) {
            if fromFile != nil {
                reader.refuse(.secretKey, "and \(reader.name(of: .secretKeyFile)) exclude each other")
            }
            guard let data = Data(base64Encoded: text), data.count == 32 else {
                reader.refuse(.secretKey, "must be 32 bytes in base64, as \"openssl rand -base64 32\" prints them")
                return .bytes([])
            }
            return .bytes(Array(data))
        }
        if let fromFile { return .file(fromFile) }
        switch database {
        case .sqlite(let path): return .file(path + ".key")
        case .memory: return .file("exeunt.key")
        case .postgres:
            // The key is only ever made together with an empty SQLite file; elsewhere a made-up one could be a second one.
            reader.refuse(.secretKeyFile, "is needed with PostgreSQL; make the file with \"openssl rand -base64 32\"")
            return .bytes([])
        }
    }

    private mutating func listen() -> ListenAddress {
        let standard = ListenAddress(host: "127.0.0.1", port: 8080)
        guard let text = reader.text(.listen) else { return standard }
        if let address = ListenAddress(text) { return address }
        reader.refuse(.listen, "must be HOST:PORT, such as 127.0.0.1:8080 or [::]:8443")
        return standard
    }

    private mutating func issuer(development: Bool, listen: ListenAddress) -> Issuer {
        guard let text = reader.text(.issuer) else {
            if development, listen.port > 0, let issuer = try? Issuer("http://localhost:\(listen.port)") {
                return issuer
            }
            if purpose == .server, !reader.isGiven(.issuer) {
                reader.refuse(.issuer, "is needed: the https:// address at which browsers reach this provider")
            }
            return .unset
        }
        do {
            let issuer = try Issuer(text)
            if !issuer.isSecure {
                judgePlainIssuer(issuer, development: development)
            }
            return issuer
        } catch {
            reader.refuse(.issuer, error.description)
            return .unset
        }
    }

    private mutating func judgePlainIssuer(_ issuer: Issuer, development: Bool) {
        if !issuer.isLoopback {
            reader.refuse(.issuer, "must be https; plain http is for loopback with --development only")
        } else if !development, purpose == .server {
            reader.refuse(.issuer, "is plain http on loopback, which needs --development; elsewhere it must be https")
        }
    }

    private mutating func tls() -> TLSFiles? {
        let (certificate, key) = (file(.tlsCertificate), file(.tlsKey))
        switch (reader.isGiven(.tlsCertificate), reader.isGiven(.tlsKey)) {
        case (true, false):
            reader.refuse(.tlsKey, "is needed together with \(reader.name(of: .tlsCertificate))")
        case (false, true):
            reader.refuse(.tlsCertificate, "is needed together with \(reader.name(of: .tlsKey))")
        default: break
        }
        guard let certificate, let key else { return nil }
        return TLSFiles(certificate: certificate, key: key)
    }

    /// A file that must be readable when the server starts, not when the first connection arrives.
    private mutating func file(_ setting: Setting) -> String? {
        guard let path = reader.text(setting) else { return nil }
        if purpose == .server, !FileManager.default.isReadableFile(atPath: path) {
            reader.refuse(setting, "cannot read the file \"\(path)\"")
        }
        return path
    }

    private mutating func lifetimes() -> Lifetimes {
        var result = Lifetimes()
        let year = Duration.seconds(366 * 86_400)
        result.sessionIdle = reader.duration(.sessionIdle, default: result.sessionIdle, in: .seconds(1)...year)
        result.sessionAbsolute = reader.duration(
            .sessionAbsolute, default: result.sessionAbsolute, in: .seconds(1)...year)
        result.accessToken = reader.duration(
            .accessToken, default: result.accessToken, in: .seconds(1) ... .seconds(86_400))
        // A JWT is believed until it expires, whatever happened meanwhile: five minutes at most.
        result.jwtAccessToken = reader.duration(
            .jwtAccessToken, default: result.jwtAccessToken, in: .seconds(1) ... .seconds(300))
        result.offlineIdle = reader.duration(.offlineIdle, default: result.offlineIdle, in: .seconds(1)...year * 5)
        result.recordRetention = reader.duration(
            .recordRetention, default: result.recordRetention, in: .seconds(3600)...year * 20)
        return result
    }

    private mutating func delivery() -> DeliverySettings {
        var result = DeliverySettings()
        let day = Duration.seconds(86_400)
        result.firstRetry = reader.duration(.firstRetry, default: result.firstRetry, in: .milliseconds(50)...day)
        result.maximumRetry = reader.duration(.maximumRetry, default: result.maximumRetry, in: .milliseconds(50)...day)
        result.horizon = reader.duration(.horizon, default: result.horizon, in: .seconds(1)...day * 90)
        result.attemptDeadline = reader.duration(
            .attemptDeadline, default: result.attemptDeadline, in: .milliseconds(100) ... .seconds(60))
        result.breakerProbe = reader.duration(.breakerProbe, default: result.breakerProbe, in: .milliseconds(50)...day)
        if result.maximumRetry < result.firstRetry {
            reader.refuse(.maximumRetry, "must not be shorter than \(Setting.firstRetry.key)")
        }
        return result
    }

    private mutating func logging() -> LoggingConfiguration {
        var result = LoggingConfiguration()
        // A command's standard error is for what went wrong with it.
        if purpose == .administration { result.level = .warning }
        result.level = reader.word(.logLevel, default: result.level)
        result.format = reader.word(.logFormat, default: result.format)
        return result
    }

    /// The server may talk plain http to a proxy that it was told to trust, and to this machine in development.
    private mutating func judgeTransport(_ configuration: ProviderConfiguration) {
        if configuration.tls != nil {
            if configuration.issuer != .unset, !configuration.issuer.isSecure {
                reader.refuse(.issuer, "must be https when the server has a certificate")
            }
            return
        }
        if !configuration.trustedProxies.isEmpty && configuration.issuer.isSecure { return }
        let loopback = ["localhost", "127.0.0.1", "::1"].contains(configuration.listen.host)
        if configuration.development && loopback { return }
        if configuration.development {
            reader.refuse(.listen, "must be a loopback address: plain http is for loopback only")
        } else if configuration.issuer.isSecure, !reader.isGiven(.tlsCertificate), !reader.isGiven(.tlsKey),
            !reader.isGiven(.trustedProxy)
        {
            reader.refuse(
                .tlsCertificate,
                "and --tls-key are needed, or --trusted-proxy if a proxy in front of this server does TLS"
            )
        }
    }
}
