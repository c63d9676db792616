import ArgumentParser
import OpenIDTypes

/// Standard claims (Core §5.1) as flags, for those that are used most; the rest comes by `--claims`.
struct ClaimOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The claim email.", valueName: "address"))
    var email: String?

    @Flag(inversion: .prefixedNo, help: "The claim email_verified.")
    var emailVerified: Bool?

    @Option(help: ArgumentHelp("The claim name: the full name as shown.", valueName: "text"))
    var name: String?

    @Option(help: ArgumentHelp("The claim given_name.", valueName: "text"))
    var givenName: String?

    @Option(help: ArgumentHelp("The claim family_name.", valueName: "text"))
    var familyName: String?

    @Option(help: ArgumentHelp("The claim phone_number, such as +43 1 1234567.", valueName: "number"))
    var phoneNumber: String?

    @Flag(inversion: .prefixedNo, help: "The claim phone_number_verified.")
    var phoneNumberVerified: Bool?

    @Option(
        help: ArgumentHelp("A group; repeat it for several. They replace those that were there.", valueName: "name"))
    var group: [String] = []

    @Option(
        help: ArgumentHelp("A JSON object of claims, or - for standard input; null removes a claim.", valueName: "file")
    )
    var claims: String?

    /// The file's claims, and over them the flags'.
    func object() throws -> JSONObject {
        var result = JSONObject()
        if let claims {
            guard let object = try InputFile(name: claims).json().object else {
                throw CommandFailure("--claims needs a JSON object of claims.")
            }
            result = object
        }
        let texts = [
            ("email", email), ("name", name), ("given_name", givenName), ("family_name", familyName),
            ("phone_number", phoneNumber),
        ]
        for (claim, text) in texts {
            if let text { result[claim] = .string(text) }
        }
        if let emailVerified { result["email_verified"] = .bool(emailVerified) }
        if let phoneNumberVerified { result["phone_number_verified"] = .bool(phoneNumberVerified) }
        if !group.isEmpty { result["groups"] = .strings(group) }
        return result
    }
}
