import ExeuntProvider
import OpenIDTypes

/// What somebody who starts the demo needs to know.
struct DemoAnswer {
    let setting: DemoSetting
    let password: String

    var json: JSONValue {
        [
            "issuer": .string(setting.configuration.issuer.text),
            "applications": [.string(setting.addresses.one), .string(setting.addresses.two)],
            "account": ["username": .string(DemoSetting.username), "password": .string(password)],
        ]
    }

    var text: String {
        """

        Exeunt runs, with two sample applications. For demonstration only: plain http, on this machine.

          Application One   \(setting.addresses.one)
          Application Two   \(setting.addresses.two)
          Exeunt            \(setting.configuration.issuer.text)

          Username          \(DemoSetting.username)
          Password          \(password)

        Sign in to both, sign out in one, and look at the receipt. Stop with Control-C.
        """
    }
}
