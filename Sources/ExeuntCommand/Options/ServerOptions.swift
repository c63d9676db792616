import ArgumentParser
import ExeuntProvider

/// The settings of a server beside those of every command.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where to listen. (default: 127.0.0.1:8080)", valueName: "host:port"))
    var listen: String?

    @Option(help: ArgumentHelp("The certificate chain in PEM; needs --tls-key.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The certificate's private key in PEM.", valueName: "file"))
    var tlsKey: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Ranges of proxies that do TLS and whose X-Forwarded-For is believed.", valueName: "cidr")
    )
    var trustedProxy: [String] = []

    @Option(help: ArgumentHelp("When browsers see the receipt: on-failure, always or never.", valueName: "when"))
    var receipt: String?

    @Option(help: ArgumentHelp("What a logout ends by default: session or browser.", valueName: "scope"))
    var defaultScope: String?

    var arguments: [Setting: SettingValue] {
        var result: [Setting: SettingValue] = [:]
        let texts: [(Setting, String?)] = [
            (.listen, listen), (.tlsCertificate, tlsCertificate), (.tlsKey, tlsKey), (.receipt, receipt),
            (.defaultScope, defaultScope),
        ]
        for (setting, text) in texts {
            if let text { result[setting] = .text(text) }
        }
        if !trustedProxy.isEmpty { result[.trustedProxy] = .list(trustedProxy) }
        return result
    }
}
