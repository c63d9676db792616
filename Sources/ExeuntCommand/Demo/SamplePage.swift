import ExeuntRelyingParty

/// The sample applications' one page: who is signed in, and a button for the other thing.
enum SamplePage {
    /// The application needs no script, and is framed by nobody. Its sign-out form leads to the provider and on from
    /// there, so that no list of form targets could be complete.
    static let policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// - Parameter isBack: the browser returns from signing out, which by itself proves nothing.
    static func html(
        title: String, login: SignedIn?, isBack: Bool, neighbour: (title: String, address: String)
    ) -> String {
        let body = login.map(signedIn) ?? signedOut(isBack)
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escaped(title))</title>
            <link rel="stylesheet" href="/style.css">
            <link rel="icon" type="image/svg+xml" href="/icon.svg">
            </head>
            <body>
            <main>
            <p class="kind">Sample application</p>
            <h1>\(escaped(title))</h1>
            \(body)
            <p class="other"><a id="neighbour" href="\(escaped(neighbour.address))">Go to \(escaped(neighbour.title))</a></p>
            </main>
            </body>
            </html>
            """
    }

    private static func signedOut(_ isBack: Bool) -> String {
        let note = isBack ? "<p id=\"returned\">You are back from signing out.</p>" : ""
        return """
            <p id="state" data-signed-in="false">You are not signed in here.</p>
            \(note)
            <p><a id="login" class="button" href="/login">Sign in with Exeunt</a></p>
            """
    }

    private static func signedIn(_ login: SignedIn) -> String {
        let name = login.claim("name") ?? login.claim("preferred_username") ?? login.subject
        return """
            <p id="state" data-signed-in="true">You are signed in as <strong id="account">\(escaped(name))</strong>.</p>
            <dl>
            <dt>Subject</dt><dd>\(escaped(login.subject))</dd>
            <dt>Session at Exeunt (<code>sid</code>)</dt><dd>\(escaped(login.sid ?? "none"))</dd>
            </dl>
            <form id="logout-form" method="post" action="/logout"><button id="logout">Sign out</button></form>
            """
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
        return result
    }

    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#1f4e5f"/>\
        <circle cx="8" cy="8" r="4" fill="#fff"/></svg>
        """

    static let style = """
        :root { color-scheme: light dark; --ink: #1d2433; --soft: #5a6478; --paper: #f6f4ef; --card: #fff; --act: #1f4e5f; }
        @media (prefers-color-scheme: dark) {
        :root { --ink: #eceff4; --soft: #a9b2c3; --paper: #14181f; --card: #1d232d; --act: #7cc4d8; }
        .button, button { color: #10151b !important; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper);
        color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }
        main { width: min(30rem, calc(100vw - 2rem)); padding: 2rem; background: var(--card); border-radius: 14px;
        box-shadow: 0 1px 2px rgb(0 0 0 / .12), 0 12px 32px rgb(0 0 0 / .08); }
        .kind { margin: 0; color: var(--soft); font-size: .875rem; letter-spacing: .06em; text-transform: uppercase; }
        h1 { margin: .25rem 0 1rem; font-size: 1.75rem; line-height: 1.2; }
        dl { margin: 1rem 0; } dt { color: var(--soft); font-size: .875rem; } dd { margin: 0 0 .5rem; overflow-wrap: anywhere; }
        .button, button { display: inline-block; padding: .7rem 1.2rem; border: 0; border-radius: 9px; background: var(--act);
        color: #fff; font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; }
        a { color: var(--act); } :focus-visible { outline: 3px solid var(--act); outline-offset: 3px; }
        .other { margin: 1.5rem 0 0; }
        """
}
