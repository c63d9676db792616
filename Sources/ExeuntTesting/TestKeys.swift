import ExeuntProvider
import OpenIDTypes

/// Signing keys made once per test process: an RSA key takes longer than most tests.
enum TestKeys {
    private static let keys = Result { try KeyMaterial.generate(.rs256) }

    static func all() throws -> [KeyMaterial] {
        [try keys.get(), try KeyMaterial.generate(.es256), try KeyMaterial.generate(.edDSA)]
    }
}
