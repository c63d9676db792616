import ArgumentParser

/// `exeunt`: argument parsing and wiring; what the commands do is in `ExeuntProvider/Admin` and the folders beside it.
@main
struct ExeuntCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exeunt",
        abstract: "An OpenID Provider in which logout is guaranteed, visible and measured.",
        discussion: """
            Every setting can be given as a flag, as an environment variable (EXEUNT_ISSUER, EXEUNT_DATABASE …) or in a \
            YAML file (--config); flags win over the environment, and the environment over the file.

            Commands work on the database beside a running server: when one exits with status 0, the server's next \
            request sees the change. With --json a command prints exactly one JSON value on standard output.

            Examples:
              exeunt demo
              exeunt serve --development --listen 127.0.0.1:8080
              exeunt users add anna --email anna@example.org --group staff
              exeunt clients add application.json
              exeunt logout --user anna --reason "lost laptop"
            """,
        version: "0.1.0",
        subcommands: [
            Serve.self, Demo.self, Users.self, Clients.self, Sessions.self, Logout.self, Logouts.self, Deliveries.self,
            Keys.self, Migrate.self, Backup.self, Restore.self, Diagnose.self,
        ]
    )
}
