import ExeuntProvider
import OpenIDTypes

/// Every page in every variant, filled with `text` wherever a page shows something that it did not choose itself.
struct SamplePages: Sendable {
    let text: @Sendable (String) -> String

    static let start = Timestamp(seconds: 1_741_000_000)

    /// What a person could see.
    static let lifelike = SamplePages { $0 }

    static let names = lifelike.all.map(\.name)

    /// `payload` in every field.
    static func filled(with payload: String) -> SamplePages { SamplePages { _ in payload } }

    var all: [(name: String, page: any Page)] {
        login + consent + logout + [
            ("receipt", receipt(ReceiptState.allCases)),
            ("receipt-good", receipt([.confirmed, .confirmed])),
            ("receipt-pending", receipt([.confirmed, .pending])),
            ("receipt-asked", receipt([.confirmed, .askedThroughBrowser])),
            ("receipt-empty", receipt([])),
            (
                "error",
                ErrorPage(
                    title: text("Something went wrong on our side"), text: text("This was our fault, not yours."),
                    reference: text("k3J9-x2Lq"), code: text("server_error")
                )
            ),
            ("home", HomePage(issuer: text("https://id.example.org"))),
        ]
    }

    private var links: ClientLinks {
        ClientLinks(
            home: text("https://photos.example.org/"), policy: text("https://photos.example.org/privacy"),
            terms: text("https://photos.example.org/terms")
        )
    }

    private var login: [(String, any Page)] {
        [
            (
                "login",
                LoginPage(interaction: text("sealed"), clientName: text("Photo Album"), clientLinks: links)
            ),
            (
                "login-problem",
                LoginPage(
                    interaction: text("sealed"), clientName: text("Photo Album"), username: text("ada"),
                    problem: .wrongCredentials, reauthentication: true, staySignedInOffered: false
                )
            ),
        ]
    }

    private var consent: [(String, any Page)] {
        let scopes = ["openid", "profile", "email", "offline_access"].map { ConsentPage.Scope(text($0)) }
        let accounts = [("s1", "ada", "Ada Lovelace"), ("s2", "mary@example.org", "mary@example.org")]
        return [
            (
                "consent",
                ConsentPage(
                    interaction: text("sealed"), clientName: text("Photo Album"), accountName: text("Ada Lovelace"),
                    scopes: scopes, clientLinks: links
                )
            ),
            (
                "selection",
                AccountSelectionPage(
                    interaction: text("sealed"),
                    accounts: accounts.map {
                        AccountSelectionPage.Choice(session: text($0.0), username: text($0.1), name: text($0.2))
                    },
                    clientName: text("Photo Album")
                )
            ),
            (
                "form-post",
                FormPostPage(
                    action: text("https://rp.example.org/cb"), fields: [(text("code"), text("abc"))],
                    clientName: text("Photo Album")
                )
            ),
        ]
    }

    private var logout: [(String, any Page)] {
        let frames = ["Photo Album", "Timesheets", "Library"].map { name in
            let uri = "https://\(name.prefix(4).lowercased()).example.org/out"
            return FrontChannelPage.Frame(clientName: text(name), uri: text(uri))
        }
        return [
            (
                "confirmation",
                LogoutConfirmationPage(
                    confirmation: text("sealed"), accountNames: [text("Ada Lovelace")], clientName: text("Photo Album"),
                    applications: ["Photo Album", "Timesheets"].map(text)
                )
            ),
            (
                "confirmation-all",
                LogoutConfirmationPage(
                    confirmation: text("sealed"), accountNames: ["Ada Lovelace", "Mary Somerville"].map(text),
                    applications: ["Library"].map(text), everywhere: true
                )
            ),
            ("front-channel", FrontChannelPage(frames: frames, continueURL: text("/oidc/logout/continue?c=1"))),
        ]
            + SignedOutPage.Message.allCases.map { message in
                let page = SignedOutPage(
                    message: message, continueURL: text("https://rp.example.org/"), continueName: text("Photo Album")
                )
                return ("signed-out-\(message)", page)
            }
    }

    func receipt(_ states: [ReceiptState], after: Duration = .seconds(1)) -> ReceiptPage {
        let names = ["Photo Album", "Timesheets", "Library", "Wiki", "Payroll", "Canteen", "Chat", "Archive"]
        return ReceiptPage(
            receipt: LogoutReceipt(
                logoutID: LogoutID("logout"),
                startedAt: Self.start,
                cause: .endSession,
                accountName: text("Ada Lovelace"),
                applications: zip(states, names).map { state, name in
                    LogoutReceipt.Application(
                        clientID: ClientID(text(name.lowercased())),
                        name: text(name),
                        state: state,
                        lastError: [.pending, .refused, .abandoned].contains(state) ? text("connection refused") : nil,
                        tokenValidUntil: state == .refused ? Self.start + .seconds(240) : nil,
                        keepsOffline: state == .pending,
                        attempts: 3
                    )
                }
            ),
            continueURL: text("https://rp.example.org/"),
            continueName: text("Photo Album"),
            now: Self.start + after
        )
    }
}
