import Foundation
import NIOSSL

/// Certificates made by the openssl command for one run of the tests.
struct TestAuthority: Sendable {
    struct OpenSSLFailed: Error {}

    static let shared = Result { try TestAuthority() }

    /// The authority's certificate, as an operator would name it in `outgoing.ca-file`.
    let caFile: String
    private let folder: String

    private init() throws {
        folder = NSTemporaryDirectory() + "exeunt-tls-" + UUID().uuidString
        atexit {
            guard let folder = try? TestAuthority.shared.get().folder else { return }
            try? FileManager.default.removeItem(atPath: folder)
        }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        caFile = folder + "/ca.pem"
        try request("ca", "/CN=Test authority", ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"])
        let signed = ["-CA", caFile, "-CAkey", folder + "/ca.key"]
        try request("rp", "/CN=rp", ["basicConstraints=CA:FALSE", "subjectAltName=DNS:rp.example.test"], signed)
        try request("ip", "/CN=ip", ["basicConstraints=CA:FALSE", "subjectAltName=IP:127.0.0.1"], signed)
        try request("wild", "/CN=wild", ["basicConstraints=CA:FALSE", "subjectAltName=DNS:*.Example.test"], signed)
        try request("cn", "/CN=rp.example.test", ["basicConstraints=CA:FALSE"], signed)
        try request("self", "/CN=self", ["subjectAltName=DNS:rp.example.test"])
        // `req` refuses a date in the past; signing a self-signed certificate again does not.
        try Self.openssl(
            ["x509", "-in", folder + "/self.pem", "-days", "-1", "-set_serial", "99", "-out", folder + "/expired.pem"]
                + signed)
        try FileManager.default.copyItem(atPath: folder + "/self.key", toPath: folder + "/expired.key")
    }

    private func request(
        _ name: String, _ subject: String, _ extensions: [String], _ more: [String] = []
    ) throws {
        let key = [
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "\(folder)/\(name).key",
        ]
        let certificate = ["-subj", subject, "-days", "2", "-out", "\(folder)/\(name).pem"]
        try Self.openssl(["req", "-x509"] + key + certificate + extensions.flatMap { ["-addext", $0] } + more)
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw OpenSSLFailed() }
    }

    /// A server's context with the certificate `name`: rp, ip, wild, cn, self or expired.
    func server(_ name: String, maximum: TLSVersion? = nil) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile("\(folder)/\(name).pem").map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: "\(folder)/\(name).key", format: .pem))
        )
        configuration.maximumTLSVersion = maximum
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
    }
}
