import Crypto
package import OpenIDTypes

/// The `sub` by which a client knows an account (Core §8).
package struct SubjectIdentifiers: Sendable {
    private let pairwiseKey: SymmetricKey

    package init(box: SecretBox) {
        pairwiseKey = SymmetricKey(data: box.derivedKey("pairwise subjects"))
    }

    /// Public: the account's own key. Pairwise: the same for all clients of one sector, and without meaning elsewhere.
    package func subject(of account: AccountID, for client: Client) -> Subject {
        guard client.metadata.subjectType == .pairwise else { return Subject(account.rawValue) }
        // Registration demands one host (§8.1); a client without one is a sector of its own.
        let sector = client.metadata.sectorHost ?? "client:" + client.id.rawValue
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(sector)\0\(account.rawValue)".utf8), using: pairwiseKey)
        return Subject(Base64URL.encode(code))
    }
}
