import Logging
package import OpenIDTypes
import SQLStore

/// Every setting with the value in force, secrets left out, for `doctor`.
package enum EffectiveConfiguration {
    package static func values(_ configuration: ProviderConfiguration) -> [(name: String, value: String)] {
        let lifetimes = configuration.lifetimes
        let delivery = configuration.delivery
        let values: [(Setting, String)] = [
            (.issuer, configuration.issuer == .unset ? "not set" : configuration.issuer.text),
            (.listen, configuration.listen.description),
            (.database, configuration.database.redactedDescription),
            (.development, configuration.development ? "true" : "false"),
            (.tlsCertificate, configuration.tls?.certificate ?? "none"),
            (.tlsKey, configuration.tls?.key ?? "none"),
            (.trustedProxy, list(configuration.trustedProxies)),
            key(configuration.masterKey),
            (.outgoingAllow, list(configuration.outgoing.allow)),
            (.outgoingCAFile, configuration.outgoing.caFile ?? "none"),
            (.receipt, configuration.receipt.rawValue),
            (.defaultScope, configuration.defaultScope.rawValue),
            (.logLevel, configuration.logging.level.rawValue),
            (.logFormat, configuration.logging.format.rawValue),
            (.sessionIdle, DurationText.format(lifetimes.sessionIdle)),
            (.sessionAbsolute, DurationText.format(lifetimes.sessionAbsolute)),
            (.accessToken, DurationText.format(lifetimes.accessToken)),
            (.jwtAccessToken, DurationText.format(lifetimes.jwtAccessToken)),
            (.offlineIdle, DurationText.format(lifetimes.offlineIdle)),
            (.recordRetention, DurationText.format(lifetimes.recordRetention)),
            (.firstRetry, DurationText.format(delivery.firstRetry)),
            (.maximumRetry, DurationText.format(delivery.maximumRetry)),
            (.horizon, DurationText.format(delivery.horizon)),
            (.attemptDeadline, DurationText.format(delivery.attemptDeadline)),
            (.breakerProbe, DurationText.format(delivery.breakerProbe)),
        ]
        return values.map { ($0.0.key, $0.1) }
    }

    package static func json(_ configuration: ProviderConfiguration) -> JSONValue {
        .object(JSONObject(members: values(configuration).map { (name: $0.name, value: .string($0.value)) }))
    }

    private static func key(_ source: MasterKeySource) -> (Setting, String) {
        switch source {
        case .file(let path): (.secretKeyFile, path)
        case .bytes: (.secretKey, "given, not shown")
        }
    }

    private static func list(_ values: [some CustomStringConvertible]) -> String {
        values.isEmpty ? "none" : values.map(\.description).joined(separator: ", ")
    }
}
