import ArgumentParser
import ExeuntProvider
import OpenIDTypes

/// `exeunt users`.
struct Users: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The people who can sign in.",
        discussion: """
            Disabling or deleting an account, and setting a password, end the account's sessions and offline access at \
            once, and every application is told.
            """,
        subcommands: [
            UsersAdd.self, UsersUpdate.self, UsersImport.self, UsersList.self, UsersShow.self, UsersDisable.self,
            UsersEnable.self, UsersDelete.self, UsersSetPassword.self,
        ]
    )
}

/// An account on a terminal.
enum AccountText {
    static func text(_ account: Account) -> String {
        var lines = [
            "username  \(TextTable.printable(account.username))", "id        \(account.id)",
            "status    \(account.status.rawValue)", "password  \(account.passwordHash == nil ? "none" : "set")",
            "created   \(account.createdAt.iso8601)", "updated   \(account.updatedAt.iso8601)",
        ]
        for (name, value) in account.claims.members {
            lines.append("\(name): \(TextTable.printable(value.string ?? value.serialized()))")
        }
        return lines.joined(separator: "\n")
    }
}
