import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Subjects (Core §8)")
struct SubjectIdentifiersTests {
    static let subjects = SubjectIdentifiers(box: SecretBox(masterKey: [UInt8](repeating: 3, count: 32)))
    static let anna = AccountID("anna-id")

    static func client(_ id: String, _ host: String, _ type: String) throws -> Client {
        let metadata = try ClientMetadata(
            json: ["redirect_uris": [.string("https://\(host)/cb")], "subject_type": .string(type)],
            policy: RegistrationPolicy(issuerOrigin: "https://op.example", development: false)
        )
        return Client(id: ClientID(id), metadata: metadata, secretHash: nil, revision: 1, isRemoved: false)
    }

    @Test("A-34: a pairwise subject is the sector's own and stays the same; a public one is the account's key")
    func pairwise() throws {
        let one = try Self.client("one", "a.example", "pairwise")
        let sibling = try Self.client("two", "a.example", "pairwise")
        let stranger = try Self.client("three", "b.example", "pairwise")
        let open = try Self.client("four", "a.example", "public")
        let subject = Self.subjects.subject(of: Self.anna, for: one)
        #expect(subject == Self.subjects.subject(of: Self.anna, for: sibling))
        #expect(subject != Self.subjects.subject(of: Self.anna, for: stranger))
        #expect(subject != Self.subjects.subject(of: AccountID("bert-id"), for: one))
        #expect(!subject.rawValue.contains("anna") && subject.rawValue.utf8.count <= 255)
        #expect(Self.subjects.subject(of: Self.anna, for: open).rawValue == "anna-id")
    }
}
