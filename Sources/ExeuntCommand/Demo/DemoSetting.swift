import ExeuntProvider
import ExeuntRelyingParty
import Foundation
import Logging
import OpenIDTypes
import SQLStore

/// The demo's configuration, its two registrations and its account; the same again at every start from one folder.
struct DemoSetting {
    let configuration: ProviderConfiguration
    let addresses: (one: String, two: String)
    private let ports: (provider: Int, one: Int, two: Int)
    private let folder: String

    static let username = "demo"

    init(folder: String, ports: (provider: Int, one: Int, two: Int), logLevel: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw CommandFailure("The folder \(folder) cannot be made.")
        }
        self.folder = folder
        self.ports = ports
        addresses = ("http://one.localhost:\(ports.one)", "http://two.localhost:\(ports.two)")
        // Only what is given here: the demo is the same whatever the environment says.
        configuration = try ProviderConfiguration.resolve(
            ConfigurationSources(arguments: [
                .development: .text("true"),
                .issuer: .text("http://localhost:\(ports.provider)"),
                .listen: .text("127.0.0.1:\(ports.provider)"),
                .database: .text("sqlite:\(folder)/exeunt.sqlite"),
                .logLevel: .text(logLevel),
            ])
        )
    }

    /// Registers what is missing, and gives back the two applications and the account's password.
    func prepare(_ logger: Logger) async throws -> (applications: [SampleApplication], password: String) {
        let administration = try await Administration.open(configuration, logger: logger)
        do {
            let one = try await register(
                "sample-one", "Application One", addresses.one, frontChannel: false, administration)
            let two = try await register(
                "sample-two", "Application Two", addresses.two, frontChannel: true, administration)
            let password = try await account(administration)
            await administration.close()
            let applications = [
                try application("Application One", one, addresses.one, ports.one, ("Application Two", addresses.two)),
                try application("Application Two", two, addresses.two, ports.two, ("Application One", addresses.one)),
            ]
            return (applications, password)
        } catch {
            await administration.close()
            throw error
        }
    }

    /// The sample applications keep nothing, so that each start gives them a new secret. They are told by their server;
    /// the second one also through the browser.
    private func register(
        _ id: String, _ name: String, _ address: String, frontChannel: Bool, _ administration: Administration
    ) async throws -> ClientRegistration {
        var metadata: JSONObject = [
            "client_id": .string(id),
            "client_name": .string(name),
            "redirect_uris": [.string(address + "/callback")],
            "post_logout_redirect_uris": [.string(address + "/")],
            "backchannel_logout_uri": .string(address + "/backchannel-logout"),
            "backchannel_logout_session_required": true,
            "exeunt_receipt": "always",
        ]
        if frontChannel {
            metadata["frontchannel_logout_uri"] = .string(address + "/frontchannel-logout")
            metadata["frontchannel_logout_session_required"] = true
        }
        let clients = administration.clients
        if let known = try await clients.show(ClientID(id)), !known.client.isRemoved {
            _ = try await clients.update(ClientID(id), .object(metadata), actor: "demo")
            return try await clients.rotateSecret(ClientID(id), actor: "demo")
        }
        return try await clients.add(.object(metadata), actor: "demo")
    }

    private func application(
        _ title: String, _ registration: ClientRegistration, _ address: String, _ port: Int,
        _ neighbour: (title: String, address: String)
    ) throws -> SampleApplication {
        let party = try RelyingParty(
            RelyingPartyConfiguration(
                issuer: configuration.issuer.text,
                clientID: registration.client.id.rawValue,
                clientSecret: registration.secret,
                redirectURI: address + "/callback",
                postLogoutRedirectURI: address + "/",
                development: true
            )
        )
        return SampleApplication(
            title: title, address: address, neighbour: neighbour, listen: ("127.0.0.1", port), party: party
        )
    }

    /// The password is made once and kept in the folder, which its owner alone can read.
    private func account(_ administration: Administration) async throws -> String {
        let file = folder + "/demo-password"
        let directory = administration.directory
        let known = try await administration.database.read { db in try directory.find(username: Self.username, in: db) }
        let stored = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) }
        if known?.isActive == true, let stored, !stored.isEmpty { return stored }
        let password = RandomToken.make(bytes: 9)
        guard
            FileManager.default.createFile(
                atPath: file, contents: Data(password.utf8), attributes: [.posixPermissions: 0o600]
            )
        else { throw CommandFailure("The file \(file) cannot be written.") }
        guard known != nil else {
            _ = try await administration.accounts.add(
                username: Self.username,
                claims: ["name": "Dora Demo", "email": "dora@example.org", "email_verified": true],
                password: password,
                actor: "demo"
            )
            return password
        }
        _ = try await administration.accounts.setPassword(
            username: Self.username, password: password, actor: "demo"
        )
        _ = try await administration.accounts.enable(username: Self.username, actor: "demo")
        return password
    }
}
