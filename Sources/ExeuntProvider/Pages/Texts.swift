import OpenIDTypes

/// Every word that the pages say, so that a translation has one place to go. Texts that stand in templates and never
/// change with the data (labels, buttons) are in `Texts.fixed`.
enum Texts {
    static let language = "en"

    /// For the templates, by name.
    static let fixed: [String: String] = [
        "t_username": "User name",
        "t_password": "Password",
        "t_remember": "Stay signed in on this browser",
        "t_rememberHint": "Not on a computer that others use.",
        "t_signIn": "Sign in",
        "t_notYou": "Not your account? Clear the name and type another.",
        "t_privacy": "Privacy",
        "t_terms": "Terms",
        "t_website": "Website",
        "t_willSee": "It will be able to:",
        "t_allow": "Allow",
        "t_deny": "Do not allow",
        "t_chooseHeading": "Choose an account",
        "t_other": "Use another account",
        "t_postHeading": "Almost there",
        "t_continue": "Continue",
        "t_willBeTold": "These applications will be told:",
        "t_accountsEnd": "These accounts will be signed out:",
        "t_everywhere": "Your other browsers and devices will be signed out as well.",
        "t_signOut": "Sign out",
        "t_stay": "Stay signed in",
        "t_mayClose": "You may close this window.",
        "t_leavingHeading": "Signing you out",
        "t_told": "Applications being told",
        "t_receiptList": "What each application knows",
        "t_looksAgain": "This page looks again by itself.",
        "t_nobodyTold": "You were not signed in to any application in this session, so that nobody had to be told.",
        "t_started": "Signed out on",
        "t_reference": "Reference",
        "t_code": "Code",
        "t_issuer": "Issuer",
        "t_homeHeading": "This is a sign-in service",
        "t_homeText":
            "It signs people in to applications, and signs them out again, everywhere. There is nothing to do here: "
            + "open the application that you want to use, and it will bring you back when it needs to.",
        "t_homeDevelopers": "For developers: the provider's configuration",
        "t_tagline": "they all go out",
    ]

    /// A moment for people, in UTC: `2025-03-01 14:05 UTC`.
    static func time(_ moment: Timestamp) -> String {
        let text = moment.iso8601
        guard text.count >= 16 else { return text }
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }

    /// `A`, `A and B`, `A, B and C`; more than four are counted.
    static func list(_ names: [String]) -> String {
        var shown = names
        if names.count > 4 { shown = names.prefix(3) + ["\(names.count - 3) more"] }
        guard let last = shown.last else { return "" }
        return shown.count == 1 ? last : shown.dropLast().joined(separator: ", ") + " and " + last
    }

    enum Login {
        static let title = "Sign in"
        static let heading = "Sign in"
        static let again = "Please confirm that it is you"

        static func lead(_ client: String?) -> String? { client.map { "to continue to \($0)" } }

        static func againLead(_ client: String?) -> String {
            "\(client ?? "The application") asks you to enter your password again."
        }

        static func problem(_ problem: LoginProblem) -> String {
            switch problem {
            case .wrongCredentials: "That user name and password do not belong together."
            case .wait(let seconds): "Too many attempts. Please try again in \(span(seconds))."
            case .busy: "Too many people are signing in right now. Please try again in a moment."
            case .expired: "This page was open for too long. Please sign in again."
            case .otherAccount: "The application asked for another account. Please sign in with that one."
            }
        }

        private static func span(_ seconds: Int) -> String {
            if seconds < 2 { return "a second" }
            if seconds < 90 { return "\(seconds) seconds" }
            return seconds < 5400 ? "\((seconds + 59) / 60) minutes" : "\((seconds + 3599) / 3600) hours"
        }
    }

    enum Consent {
        static let title = "Allow access"

        static func heading(_ client: String) -> String { "Let \(client) know you?" }
        static func lead(_ account: String) -> String { "You are signed in as \(account)." }

        static func sentence(scope: String) -> String {
            switch scope {
            case "openid": "recognise you when you come back"
            case "profile": "see your name and your profile"
            case "email": "see your e-mail address"
            case "phone": "see your telephone number"
            case "address": "see your postal address"
            case "groups": "see which groups you belong to"
            case "offline_access": "act for you while you are away, even after you have signed out"
            default: "use “\(scope)”"
            }
        }
    }

    enum Selection {
        static let title = "Choose an account"

        static func lead(_ client: String?) -> String? { client.map { "to continue to \($0)" } }
    }

    enum Post {
        static let title = "Continue"

        static func lead(_ client: String?) -> String {
            "You are on your way back to \(client ?? "the application"). If nothing happens, press the button."
        }
    }

    enum Confirmation {
        static let title = "Sign out"

        static func heading(everywhere: Bool) -> String { everywhere ? "Sign out everywhere?" : "Sign out?" }

        static func lead(_ accountNames: [String], clientName: String?) -> String {
            let who =
                accountNames.count > 1
                ? "\(accountNames.count) accounts are signed in here."
                : "You are signed in as \(Texts.list(accountNames))."
            return clientName.map { "\(who) \($0) asks to sign you out." } ?? who
        }
    }

    enum SignedOut {
        static func heading(_ message: SignedOutPage.Message) -> String {
            switch message {
            case .signedOut: "You are signed out"
            case .nothingToEnd: "You are not signed in"
            case .stillOpenElsewhere: "Still signed in elsewhere"
            case .declined: "You are still signed in"
            }
        }

        static func text(_ message: SignedOutPage.Message) -> String {
            switch message {
            case .signedOut: "The session has ended."
            case .nothingToEnd: "There is nothing to sign out from in this browser."
            case .stillOpenElsewhere:
                "The application's session was opened in another browser, and it is still open there. "
                    + "Sign out in that browser to end it. Nothing is open in this one."
            case .declined: "Nothing has changed. You can close this window or go back to the application."
            }
        }
    }

    enum FrontChannel {
        static let title = "Signing you out"

        static func lead(count: Int) -> String {
            count == 1
                ? "One application is being asked through your browser. This takes a moment."
                : "\(count) applications are being asked through your browser. This takes a moment."
        }

        static func frame(_ client: String) -> String { "Sign-out at \(client)" }
    }

    enum Failure {
        static func title(status: Int) -> String {
            switch status {
            case 404: "Not here"
            case 405, 501: "That cannot be done here"
            case 413: "Too large"
            case 503: "Please try again soon"
            case 500...: "Something went wrong on our side"
            default: "This request cannot be carried out"
            }
        }

        static let fault =
            "This was our fault, not yours. Please try again; if it happens again, tell the operator the reference."
        static let unavailable = "The service cannot reach its database just now. Please try again in a moment."
    }

    enum Home {
        static let title = "Sign-in service"
    }
}
