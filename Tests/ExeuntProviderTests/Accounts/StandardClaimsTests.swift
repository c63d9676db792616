import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Standard claims")
struct StandardClaimsTests {
    @Test("everything of Core §5.1 and groups is accepted")
    func complete() {
        let claims: JSONObject = [
            "name": "Anna Muster", "given_name": "Anna", "family_name": "Muster", "middle_name": "M", "nickname": "A",
            "preferred_username": "anna", "profile": "https://example.org/anna", "picture": "https://example.org/a.png",
            "website": "http://example.org", "email": "anna@example.org", "email_verified": true, "gender": "female",
            "birthdate": "1980-02-29", "zoneinfo": "Europe/Vienna", "locale": "de-AT", "phone_number": "+43 1 1",
            "phone_number_verified": false, "address": ["formatted": "Ring 1\n1010 Wien", "country": "AT"],
            "updated_at": 1_700_000_000, "groups": ["staff", "admins"],
        ]
        #expect(StandardClaims.problems(of: claims).isEmpty)
    }

    @Test(
        "a wrong type or a misspelt name is refused, by name",
        arguments: [
            ("name", ""), ("name", 1), ("name", .null), ("email", "anna"), ("email", "a b@c"), ("email", "@c"),
            ("email_verified", "true"), ("email_verified", 1), ("picture", "javascript:alert(1)"),
            ("picture", "https://"),
            ("birthdate", "1980-02-30"), ("birthdate", "1981-02-29"), ("birthdate", "80-01-01"),
            ("birthdate", "1980-1-1"),
            ("birthdate", "0000"), ("updated_at", "2020-01-01"), ("updated_at", 1_700_000_000_000), ("updated_at", -1),
            ("address", "Ring 1"), ("address", [:]), ("address", ["street": "Ring 1"]), ("address", ["country": 1]),
            ("groups", "staff"), ("groups", ["a", "a"]), ("groups", ["a", 1]), ("groups", [""]), ("sub", "x"),
            ("emial", "a@b"), ("iss", "x"), ("name", .string(String(repeating: "x", count: 3000))),
        ] as [(String, JSONValue)]
    )
    func refused(_ name: String, _ value: JSONValue) {
        var claims = JSONObject()
        claims[name] = value
        let problems = StandardClaims.problems(of: claims)
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix(name) == true)
    }

    @Test("birthdates without a year, and years alone", arguments: ["0000-12-31", "0000-02-29", "1980"])
    func birthdates(_ text: String) {
        #expect(StandardClaims.problems(of: ["birthdate": .string(text)]).isEmpty)
    }
}
