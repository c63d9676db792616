/// What a stored password hash says about itself: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
package struct PasswordRecord: Sendable, Hashable {
    package let parameters: PasswordParameters
    /// False for Argon2i, which is verified and replaced at the next sign-in.
    package let isCurrentVariant: Bool

    /// An imported hash decides how much memory each sign-in takes: bounded, or an import file is a way to stop the server.
    static let maximumMemory: UInt32 = 256 * 1024
    static let maximumIterations: UInt32 = 64
    static let maximumLanes: UInt32 = 16

    /// Nil if the text is not an Argon2id or Argon2i hash of version 1.3 with bearable parameters.
    package init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard text.utf8.count <= 512, parts.count == 6, parts[0].isEmpty, parts[2] == "v=19" else { return nil }
        switch parts[1] {
        case "argon2id": isCurrentVariant = true
        case "argon2i": isCurrentVariant = false
        default: return nil
        }
        let costs = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard costs.count == 3, let memory = Self.number(costs[0], "m="), let iterations = Self.number(costs[1], "t="),
            let lanes = Self.number(costs[2], "p="), (8...Self.maximumMemory).contains(memory),
            (1...Self.maximumIterations).contains(iterations), (1...Self.maximumLanes).contains(lanes),
            memory >= 8 * lanes, Self.isBase64(parts[4], atLeast: 11), Self.isBase64(parts[5], atLeast: 16)
        else { return nil }
        parameters = PasswordParameters(memory: memory, iterations: iterations, lanes: lanes)
    }

    private static func number(_ text: Substring, _ prefix: String) -> UInt32? {
        text.hasPrefix(prefix) ? UInt32(text.dropFirst(prefix.count)) : nil
    }

    private static func isBase64(_ text: Substring, atLeast length: Int) -> Bool {
        let isDigit = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x2b
                || byte == 0x2f
        }
        return text.utf8.count >= length && text.utf8.allSatisfy(isDigit)
    }
}
